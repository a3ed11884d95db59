package s3store_test

import (
	"testing"

	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	s3store.OnEach(t, func(t *testing.T, s s3store.Simulation) {
		storetest.Run(t, func(t *testing.T) send.Store { return s.Open(t) }, s.Differs...)
	})
}
