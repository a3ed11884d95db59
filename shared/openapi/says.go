package openapi

import "sgraph.ai/send/shared/wire"

// says is what values of paths and headers are, and fields of which nothing else is said.
var says = map[string]string{
	wire.TransferID.Name:    "ID of the transfer: 12 hex digits.",
	wire.FileRequestID.Name: "ID of the request: 12 hex digits.",
	wire.TokenName.Name:     "The token's name, which is the token. Nobody but its holder may know it.",
	wire.SessionID.Name:     "ID of the session, which is not its cookie.",
	wire.Link.Name:          "What the service signed: all the permission there is.",

	"created_at":       "When it was made.",
	"expires_at":       "When it ends.",
	"is_expired":       "Its time is over.",
	"api_key":          "The API key.",
	"status":           "How it stands.",
	"version":          "Which version runs.",
	"transfers":        "One after the other.",
	"usage_count":      "How often it was used.",
	"created_by":       "Who made it, as they called themselves.",
	wire.UploadID.Name: "Names the upload in parts.",
	"part_number":      "Which part, from 1 on.",
	"max_bytes":        "Sealed size at most.",
	"etag":             "As the reply to its PUT had it.",
	"metadata":         "What its maker noted, as they like.",
	"valid":            "It can be used.",
	"success":          "It was used.",
	"unlimited":        "It has no limit.",

	wire.DownloadClaim.Name: "What the client calls the download, before it asks: 32 hex digits in lower case, of " +
		"chance. Asked again with it, the service counts no other.",
	wire.DownloadPermit.Name: "The permit by which the same download goes on and is not counted again, for an hour.",
	wire.Range.Name:          "The part that is asked for, as bytes=100-199: one range.",
	wire.IfRange.Name:        "The ETag of what a range is asked of.",

	wire.ETag.Name:               "Names these bytes; of a part, it is what is to be said of it later.",
	wire.ContentRange.Name:       "Which bytes these are, and of how many.",
	wire.ContentDisposition.Name: "Under which name a browser saves it.",
	wire.RetryAfter.Name:         "How many seconds to wait before asking again.",
}
