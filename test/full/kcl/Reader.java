import java.net.URI;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A reader of a stream by the Kinesis Client Library, as its documentation writes it. Prints one line for each record and for each
 * shard that begins or ends: `record SHARD TEXT`, `begin SHARD`, `end SHARD`.
 *
 * Arguments: endpoint of Kinesis and CloudWatch, endpoint of DynamoDB, region, application, stream.
 */
public final class Reader {
    public static void main(String[] arguments) {
        URI aws = URI.create(arguments[0]);
        URI dynamo = URI.create(arguments[1]);
        Region region = Region.of(arguments[2]);
        String application = arguments[3];
        StaticCredentialsProvider credentials =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
        KinesisAsyncClient kinesis = KinesisAsyncClient.builder()
            .endpointOverride(aws).region(region).credentialsProvider(credentials)
            .httpClientBuilder(NettyNioAsyncHttpClient.builder().protocol(Protocol.HTTP1_1))
            .build();
        DynamoDbAsyncClient dynamoDb = DynamoDbAsyncClient.builder()
            .endpointOverride(dynamo).region(region).credentialsProvider(credentials).build();
        CloudWatchAsyncClient cloudWatch = CloudWatchAsyncClient.builder()
            .endpointOverride(aws).region(region).credentialsProvider(credentials).build();
        ConfigsBuilder configs = new ConfigsBuilder(
            new SingleStreamTracker(arguments[4], InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)),
            application, kinesis, dynamoDb, cloudWatch, "worker-" + UUID.randomUUID(), Printer::new);
        var leases = configs.leaseManagementConfig().failoverTimeMillis(3000).shardSyncIntervalMillis(1000);
        leases.leasesRecoveryAuditorExecutionFrequencyMillis(2000);
        Scheduler scheduler = new Scheduler(
            configs.checkpointConfig(), configs.coordinatorConfig().parentShardPollIntervalMillis(500), leases, configs.lifecycleConfig(),
            configs.metricsConfig().metricsBufferTimeMillis(1000), configs.processorConfig(),
            configs.retrievalConfig().retrievalSpecificConfig(
                new PollingConfig(arguments[4], kinesis).idleTimeBetweenReadsInMillis(250)));
        Runtime.getRuntime().addShutdownHook(new Thread(scheduler::shutdown));
        scheduler.run();
    }

    private static final class Printer implements ShardRecordProcessor {
        private String shard = "";

        @Override public void initialize(InitializationInput input) {
            shard = input.shardId();
            System.out.println("begin " + shard);
        }

        @Override public void processRecords(ProcessRecordsInput input) {
            input.records().forEach(record -> {
                byte[] data = new byte[record.data().remaining()];
                record.data().get(data);
                System.out.println("record " + shard + " " + new String(data));
            });
            try {
                if (!input.records().isEmpty()) input.checkpointer().checkpoint();
            } catch (Exception error) {
                System.out.println("checkpoint failed: " + error);
            }
        }

        @Override public void leaseLost(LeaseLostInput input) {}

        @Override public void shardEnded(ShardEndedInput input) {
            try {
                input.checkpointer().checkpoint();
                System.out.println("end " + shard);
            } catch (Exception error) {
                System.out.println("checkpoint failed: " + error);
            }
        }

        @Override public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
