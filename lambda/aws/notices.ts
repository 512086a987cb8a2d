/** SNS, as the product uses it. */
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { NoticePort } from '../ports.ts';
import { call } from './calls.ts';

export function snsNotices(client: SNSClient): NoticePort {
  return {
    publish: (topicArn, subject, body) =>
      call('sns:Publish', async () => {
        await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: body }));
      }),
  };
}
