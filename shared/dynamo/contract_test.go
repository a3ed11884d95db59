package dynamo_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/ledgertest"
	"sgraph.ai/send/shared/test/moto"
)

// simulations are what stands in for DynamoDB. Where they differ, DynamoDB's
// documents decide, and the adapter holds on both.
var simulations = []struct {
	name   string
	config func(testing.TB) aws.Config
	table  func(testing.TB) string
}{
	{"DynamoDBLocal", dynamolocal.Config, dynamolocal.Table},
	{"Moto", moto.Config, moto.Table},
}

func TestContract(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			cfg := s.config(t)
			load := func(context.Context) (aws.Config, error) { return cfg, nil }
			ledgertest.Run(t, func(t *testing.T) send.Ledger { return dynamo.New(s.table(t), load) })
		})
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	for _, s := range simulations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			cfg := s.config(t)
			load := func(context.Context) (aws.Config, error) { return cfg, nil }
			ledgertest.Move(t, func(t *testing.T) send.Movable { return dynamo.New(s.table(t), load) })
		})
	}
}
