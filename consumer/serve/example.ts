/** What `serve --example` prints: a configuration that works as it stands once the names are yours. A test reads it. */
export const exampleConfig = `# kinesis-autoscaler serve --config consumer.yaml
# Every key that may be left out shows its default, unless the comment says otherwise.

# dry_run: samples are taken and shown, nothing is published that a platform would act on (CloudWatch is not written,
# the external scaler does not listen). Set enforce to publish. Default: dry_run.
mode: enforce

# Probes, metrics, report and profiles: /healthz, /readyz, /metrics, /report, /debug/pprof/{profile,heap}.
monitor:
  # An address that other machines reach needs a token.
  address: 127.0.0.1:9090
  # A file with the bearer token. No default.
  # tokenFile: /etc/kinesis-autoscaler/token
  # The label \`node\` of every series. Default: the name of this host, which in Kubernetes is the pod's.
  # node: autoscaler-1
  # The profiles on an address of their own; they are then not on the monitor's. Default: with the rest.
  # profiles: { address: 127.0.0.1:6060, tokenFile: /etc/kinesis-autoscaler/profile-token }

backends:
  # Region and credentials come from the environment, as for every AWS tool; AWS_ENDPOINT_URL is honoured.
  aws: {}
  # No default; needed by jetstream sources and entities.
  nats:
    servers: [nats://127.0.0.1:4222]
    # At most one of these ways to prove who serve is. No defaults.
    # user: serve
    # passwordFile: /etc/kinesis-autoscaler/nats-password
    # tokenFile: /etc/kinesis-autoscaler/nats-token
    # credentialsFile: /etc/kinesis-autoscaler/serve.creds
    # TLS: an authority other than the system's, and a certificate where the server asks for one (mutual TLS).
    # tls: { caFile: ca.crt, certificateFile: serve.crt, privateKeyFile: serve.key }
  # No default; needed by burrow sources, and by the kafka and plugin entities.
  burrow:
    url: http://127.0.0.1:8000
    # cluster: the first one that Burrow knows
    # groupPrefix: none
    # A partition on which Burrow has seen no commit: its lag is unknown, or it is empty (for clients that commit only
    # where they have read something).
    unseenPartitions: unknown
  # Which groups a plugin has, by the key of its deployment. No default: groups that contain the plugin's name.
  # plugins: { file: /etc/kinesis-autoscaler/plugins.json }
  # plugins: { redis: { url: 'redis://127.0.0.1:6379/2', username: serve, passwordFile: /etc/.../redis-password } }

emitters:
  # No default; needed by signals that name it. The namespace must not begin with AWS/.
  cloudwatch:
    namespace: KinesisAutoscaler
    dimensions:
      Environment: production
    # The unit of samples that bear none, one of CloudWatch's (Count, Percent, Bytes/Second ...).
    unit: None

signals:
  # How far the slowest reader of the stream is behind, in milliseconds.
  - name: orders-iterator-age
    source: { kind: iterator-age, streamName: orders }
    periodSeconds: 60
    emitters: [cloudwatch, prometheus]

  # How far one KCL application is behind, in milliseconds; the printed ScaledObject scales a Deployment on it.
  # With leaseTable too: of this stream alone, for an application that reads several.
  - name: billing-lag
    source: { kind: application-lag, applicationName: billing, streamName: orders }
    emitters: [prometheus]
    scale:
      # For lag: the milliseconds to stay below. For counts: the messages per worker.
      target: 30000
      minWorkers: 1
      maxWorkers: 10
      kubernetes: { namespace: default, deployment: billing }

  # Messages of a queue; the printed target-tracking policy divides by the running tasks.
  - name: invoices-depth
    source: { kind: sqs, queueUrl: https://sqs.eu-west-1.amazonaws.com/111122223333/invoices }
    emitters: [cloudwatch]
    scale:
      target: 100
      ecs: { cluster: main, service: invoices }

  # Messages of a JetStream consumer, waiting or in work.
  - name: events-pending
    source: { kind: jetstream, stream: EVENTS, consumer: PROCESSOR }
    periodSeconds: 10
    emitters: [prometheus]

  # A Kafka consumer group, by Burrow.
  - name: payments-lag
    source: { kind: burrow, consumerGroup: payments }
    emitters: [prometheus]

  # Leases that somebody must hold: the most workers that are useful. Or count: unowned, workers. With streamName only
  # those of this stream, for an application that reads several.
  - name: billing-leases
    source: { kind: kcl-leases, leaseTable: billing, count: active }
    emitters: [prometheus]

# KEDA's external scaler. Left out: none.
externalScaler:
  address: 127.0.0.1:6000
  pollSeconds: 30
  # TLS; with clientCaFile clients must show a certificate of that authority.
  # tls: { certificateFile: tls.crt, privateKeyFile: tls.key, clientCaFile: ca.crt }
  # Needed to listen without TLS where other machines reach it.
  allowPlaintext: false
  # What KEDA dials, for the printed manifests.
  serviceAddress: kinesis-autoscaler.keda.svc:6000

# Joint decisions: more shards, more workers, or neither; and whether taking shards away would hurt.
streams:
  - streamName: orders
    # The KCL application; without it the stream's iterator age is used, and there is no lag by shard. No default.
    applicationName: billing
    # No default; tells the workers and stalled shards. Of a table with several streams only this stream's leases count.
    leaseTable: billing
    # Workers whose lease counters stand still for so long count as dead; above the application's failover time.
    workerDeadAfterSeconds: 60
    # Concurrent processors per shard, 1 to 10.
    parallelizationFactor: 1
    behindAfterSeconds: 60
    everySeconds: 60
`;
