package s3store

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"sgraph.ai/send/shared/send"
)

// failed makes an error of S3, or of the way to it, the caller's.
func failed(err error) error {
	if err == nil {
		return nil
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "NoSuchUpload":
			return send.Because(send.NotFound, err, "no such upload is open").With(send.ReasonUploadNotFound)
		case "InvalidPart", "InvalidPartOrder", "EntityTooSmall", "InvalidPartNumber":
			return send.Because(send.Invalid, err, "the parts are not what was uploaded").With(send.ReasonPartsMismatch)
		case "EntityTooLarge":
			return send.Because(send.TooLarge, err, "the storage takes no object so large")
		}
	}
	return send.Because(send.Unavailable, err, "the storage cannot be asked")
}

// missing is failed where an object was asked for.
func missing(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	// An answer to HEAD has no body, and so no code but that of its status.
	if ok && (api.ErrorCode() == "NoSuchKey" || api.ErrorCode() == "NotFound") {
		return send.Because(send.NotFound, err, "no such object")
	}
	return failed(err)
}

// status returns the HTTP status that an error is about, or 0.
func status(err error) int {
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return e.HTTPStatusCode()
	}
	return 0
}

// ended says whether nobody waits for the outcome any more.
func ended(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
	return nil
}
