/** One fault in each call; every-fault.long.ts has all that differ. */
import { describeEveryFault } from './support/every-fault.ts';

describeEveryFault('one for each call');
