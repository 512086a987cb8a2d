"""What a user of boto3 does first, against the endpoint of AWS_ENDPOINT_URL. Prints one JSON object: what came back."""
import base64
import io
import json
import os
import sys
import zipfile

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    sys.exit(3)

config = Config(retries={"max_attempts": 1})
# Named, since boto3 does not take the variable for SQS everywhere.
client = lambda service, **more: boto3.client(service, config=config, endpoint_url=os.environ["AWS_ENDPOINT_URL"], **more)
seen = {}

kinesis = client("kinesis")
kinesis.create_stream(StreamName="python", ShardCount=2)
kinesis.get_waiter("stream_exists").wait(StreamName="python")
put = kinesis.put_records(StreamName="python", Records=[{"Data": b"\x00\xff" + bytes([n]), "PartitionKey": f"k{n}"} for n in range(4)])
seen["failed"] = put["FailedRecordCount"]
records = []
for shard in kinesis.get_paginator("list_shards").paginate(StreamName="python").build_full_result()["Shards"]:
    iterator = kinesis.get_shard_iterator(StreamName="python", ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    records += kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
seen["records"] = sorted(record["Data"].hex() for record in records)

sqs = client("sqs")
queue = sqs.create_queue(QueueName="python", Attributes={"DelaySeconds": "0"})["QueueUrl"]
arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
sns = client("sns")
topic = sns.create_topic(Name="python")["TopicArn"]
sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
attributes = {"kind": {"DataType": "String", "StringValue": "test"}}
sns.publish(TopicArn=topic, Message="from python", MessageAttributes=attributes)
message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10, MessageAttributeNames=["All"])["Messages"][0]
seen["message"] = [message["Body"], message["MessageAttributes"]["kind"]["StringValue"]]
sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

cloudwatch = client("cloudwatch")
cloudwatch.put_metric_alarm(
    AlarmName="python", Namespace="N", MetricName="M", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1.0,
    ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
)
cloudwatch.set_alarm_state(AlarmName="python", StateValue="ALARM", StateReason="test")
seen["alarm"] = cloudwatch.describe_alarms(AlarmNames=["python"])["MetricAlarms"][0]["StateValue"]
alarm = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"][0]
seen["notified"] = json.loads(alarm["Body"])["NewStateValue"]

archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zip:
    zip.writestr("index.js", "exports.handler = async (event) => ({ region: process.env.AWS_REGION, event });")
for region in ["eu-west-1", "us-east-2"]:
    functions = client("lambda", region_name=region)
    functions.create_function(
        FunctionName="python", Runtime="nodejs24.x", Handler="index.handler", Role="arn:aws:iam::123456789012:role/r",
        Code={"ZipFile": archive.getvalue()},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="python")
    answer = functions.invoke(FunctionName="python", Payload=json.dumps({"n": 1}))
    seen[region] = json.loads(answer["Payload"].read())


def refusal(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    return "accepted"


seen["refusals"] = [
    refusal(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@b.c"),
    refusal(sqs.create_queue, QueueName="python.fifo", Attributes={"FifoQueue": "true"}),
    refusal(sqs.get_queue_url, QueueName="nobody"),
    refusal(cloudwatch.put_composite_alarm, AlarmName="c", AlarmRule="ALARM(python)"),
]
try:
    sqs.get_queue_url(QueueName="nobody")
except sqs.exceptions.QueueDoesNotExist:
    seen["typed"] = True
print(json.dumps(seen))
