package partitions_test

import (
	"testing"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/ledgertest"
	"sgraph.ai/send/shared/test/partitions"
)

func TestContract(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(*testing.T) send.Ledger { return partitions.New() })
}
