package dynamo_test

import (
	"testing"

	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/ledgertest"
	"sgraph.ai/send/shared/test/moto"
)

func TestContract(t *testing.T) {
	t.Parallel()
	load := moto.Load(t)
	ledgertest.Run(t, func(t *testing.T) send.Ledger { return dynamo.New(moto.Table(t), load) })
}
