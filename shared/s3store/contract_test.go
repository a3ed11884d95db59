package s3store_test

import (
	"testing"

	"sgraph.ai/send/shared/s3store"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/storetest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	load := moto.Load(t)
	storetest.Run(t, func(t *testing.T) send.Store { return s3store.New(moto.Bucket(t), load) })
}
