// The client that KEDA itself is built with, driven line by line by a test: a JSON call in, a JSON answer out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"time"

	"github.com/kedacore/keda/v2/pkg/scalers/externalscaler"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

type call struct {
	Method     string            `json:"method"`
	Metadata   map[string]string `json:"metadata"`
	MetricName string            `json:"metricName"`
}

type answer struct {
	Code    string  `json:"code"`
	Details string  `json:"details,omitempty"`
	Active  bool    `json:"active"`
	Metric  string  `json:"metric,omitempty"`
	Value   float64 `json:"value"`
	Integer int64   `json:"integer"`
}

func main() {
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err)
	}
	client := externalscaler.NewExternalScalerClient(connection)
	output := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var asked call
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		_ = output.Encode(ask(client, asked))
	}
}

func ask(client externalscaler.ExternalScalerClient, asked call) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ref := &externalscaler.ScaledObjectRef{Name: "unbox", Namespace: "azul", ScalerMetadata: asked.Metadata}
	result, err := answerOf(ctx, client, asked, ref)
	failure := status.Convert(err)
	result.Code, result.Details = failure.Code().String(), failure.Message()
	return result
}

func answerOf(
	ctx context.Context,
	client externalscaler.ExternalScalerClient,
	asked call,
	ref *externalscaler.ScaledObjectRef,
) (answer, error) {
	switch asked.Method {
	case "IsActive":
		response, err := client.IsActive(ctx, ref)
		return answer{Active: response.GetResult()}, err
	case "StreamIsActive":
		stream, err := client.StreamIsActive(ctx, ref)
		if err != nil {
			return answer{}, err
		}
		first, err := stream.Recv()
		return answer{Active: first.GetResult()}, err
	case "GetMetricSpec":
		response, err := client.GetMetricSpec(ctx, ref)
		if err != nil {
			return answer{}, err
		}
		spec := response.GetMetricSpecs()[0]
		return answer{Metric: spec.GetMetricName(), Value: spec.GetTargetSizeFloat(), Integer: spec.GetTargetSize()}, nil
	default:
		request := &externalscaler.GetMetricsRequest{ScaledObjectRef: ref, MetricName: asked.MetricName}
		response, err := client.GetMetrics(ctx, request)
		if err != nil {
			return answer{}, err
		}
		value := response.GetMetricValues()[0]
		return answer{Metric: value.GetMetricName(), Value: value.GetMetricValueFloat(), Integer: value.GetMetricValue()}, nil
	}
}
