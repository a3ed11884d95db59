package dynamo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"sgraph.ai/send/shared/send"
)

// failed makes an error of DynamoDB, or of the way to it, the caller's. What
// DynamoDB says of the request itself is a fault of this package; everything
// else, be it the network, throttling, permissions or the table, may be over
// when the caller asks again.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "ValidationException", "SerializationException":
			return send.Because(send.Internal, err, "the ledger refused a record")
		}
	}
	return send.Because(send.Unavailable, err, "the ledger cannot be asked")
}

// retryConflicts has the SDK repeat a write that met a transaction under way on
// the same item, as it does by itself when it is throttled.
func retryConflicts(o *dynamodb.Options) {
	o.Retryer = retry.AddWithErrorCodes(o.Retryer, "TransactionConflictException")
}

// maxTries is how often a call tries again when others got in its way.
const maxTries = 8

// pause waits at random, and on average longer with every try, so that those in
// each other's way part.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(rand.N(10 * time.Millisecond << min(try, 5)))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return failed(ctx.Err())
	}
}
