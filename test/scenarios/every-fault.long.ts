import { describeEveryFault } from './support/every-fault.ts';

describeEveryFault('all that differ');
