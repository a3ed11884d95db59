package client

import (
	"net/http"

	"sgraph.ai/send/shared/send"
)

// inItsWords marks the codes of which the service's detail says more than could
// be said here: which value is wrong, how much is too much.
const inItsWords = ""

// words say what happened and what to do, by the code of an answer.
var words = map[send.Reason]string{
	send.ReasonTokenRequired: "an access token is needed to send here: " +
		"give it with --token, or in SGSEND_TOKEN",
	send.ReasonTokenUnknown: "the service does not know this access token: " +
		"check that all of it was copied",
	send.ReasonTokenRevoked:   "this access token was withdrawn; ask for another one",
	send.ReasonTokenExhausted: "all uses of this access token are spent; ask for another one, or for more uses",
	send.ReasonTokenCheckUnavailable: "the service cannot check access tokens for the moment; " +
		"try again later",

	send.ReasonTransferNotFound: noTransfer,
	send.ReasonDeleted:          "the transfer was deleted by its sender",
	send.ReasonTakenDown:        "the transfer was taken down by who runs the service",
	send.ReasonExpired:          "the transfer has expired; ask its sender to send it again",
	send.ReasonExhausted: "the transfer was downloaded as often as its sender allowed; " +
		"ask for it to be sent again",
	send.ReasonNotCompleted: "the file has not all arrived at the service yet; " +
		"try again when its sender is done",
	send.ReasonDeleteNotEnabled: "the transfer was sent without a delete secret, " +
		"so nobody can delete it; it expires by itself",
	send.ReasonDeleteSecretRequired: "the secret is needed that was printed when the file was sent",
	send.ReasonWrongDeleteSecret:    "the delete secret is not the one of this transfer",

	send.ReasonNotUploaded:    lostUpload,
	send.ReasonNotPending:     lostUpload,
	send.ReasonUploadNotFound: lostUpload,
	send.ReasonPartsMismatch:  lostUpload,
	send.ReasonEmptyBody:      lostUpload,
	send.ReasonIncompleteBody: lostUpload,
	send.ReasonSizeMismatch:   lostUpload,
	send.ReasonDamaged:        lostUpload,
	send.ReasonNotCiphertext:  "the service takes what arrived for a file that is not encrypted; send it again",
	send.ReasonUnknownVersion: "the service does not know this form of sealed files: it is older than this program",
	send.ReasonBadLabel:       "the service does not know this form of labels: it is older than this program",
	send.ReasonTooManyPending: "too many uploads are under way with this access token; finish or delete some, " +
		"or try again tomorrow, when those that nobody finished are gone",
	send.ReasonUsePresigned: "the file is too large to be sent, or received, through the service itself",
	send.ReasonLinkExpired:  "the time that the service gave for this is over; start again",
	send.ReasonPermitSpent: "this download was begun again so often that the service goes on with it no more; " +
		"if another download is left, receive it again; if not, ask its sender to send it again",
	send.ReasonLinkNotGenuine: startAgain,
	send.ReasonLinkMismatch:   startAgain,

	send.ReasonRequestNotFound: "there is no such request: its link is not complete, or it is long over",
	send.ReasonRequestUnknown: "the service does not know this request: check that all of its link was copied, " +
		"or ask for a new one",
	send.ReasonRequestFull:           "as much has arrived for this request as was asked for; ask for a new link",
	send.ReasonRequestClosed:         "this request was closed; ask for a new link",
	send.ReasonRequestExpired:        "the time of this request is over; ask for a new link",
	send.ReasonRequestSecretRequired: "only who made the request can do this, with the secret that was made with it",
	send.ReasonWrongRequestSecret:    "the secret is not the one of this request",
	send.ReasonBadSealedKey:          otherVersion,

	send.ReasonMethodNotAllowed: otherVersion,

	send.Reason(send.NotFound): otherVersion,
	send.Reason(send.Internal): "the service met a fault of its own; try again later, and tell who runs it if it stays",

	send.Reason(send.Invalid):      inItsWords,
	send.Reason(send.Unauthorized): inItsWords,
	send.Reason(send.Forbidden):    inItsWords,
	send.Reason(send.Conflict):     inItsWords,
	send.Reason(send.Gone):         inItsWords,
	send.Reason(send.TooSlow):      slowLine,
	send.Reason(send.TooLarge):     inItsWords,
	send.Reason(send.OutOfRange):   inItsWords,
	send.Reason(send.Limited):      inItsWords,
	send.Reason(send.Full):         noRoom,
	send.Reason(send.Unavailable):  inItsWords,
}

const (
	noTransfer = "there is no such transfer: the link is not complete, " +
		"or the transfer was deleted, or is long gone"
	lostUpload = "the file did not all arrive, or its transfer ended before it did; send it again"
	startAgain = "the service does not take back what it gave out itself; start again"

	noRoom = "the service has no room left: it is its disk that is full, not this machine's; " +
		"try again later, or tell who runs it"

	slowLine = "the line is so slow that the service did not wait for the end of what was sent; try again, " +
		"with nothing else on the line"

	otherVersion = "the service does not know this request: " +
		"it is of another version than this program, or no SGraph Send at all"
)

// meaning is what a status says where no code does: that of an older service,
// or of something before the service.
type meaning struct {
	code  send.Code
	words string
}

var meanings = map[int]meaning{
	http.StatusUnauthorized: {send.Unauthorized, "an access token that the service knows is needed to send here: " +
		"give it with --token, or in SGSEND_TOKEN"},
	http.StatusForbidden: {send.Forbidden, "this is not allowed: the secret is not the one of this transfer, " +
		"or something before the service keeps you out"},
	http.StatusNotFound: {send.NotFound, noTransfer},
	http.StatusConflict: {send.Conflict, "the transfer is not in a state in which this can be done"},
	http.StatusGone: {send.Gone, "the transfer has expired, or was downloaded as often as its sender allowed; " +
		"ask for it to be sent again"},
	http.StatusRequestTimeout:        {send.Unavailable, slowLine},
	http.StatusRequestEntityTooLarge: {send.TooLarge, "the file is larger than the service takes"},
	http.StatusTooManyRequests:       {send.Limited, "the service is asked too often; try again later"},
	http.StatusInsufficientStorage:   {send.Full, noRoom},
	http.StatusBadGateway:            {send.Unavailable, away},
	http.StatusServiceUnavailable:    {send.Unavailable, away},
	http.StatusGatewayTimeout:        {send.Unavailable, away},
}

const away = "the service is away for the moment; try again later"

// meaningOf returns what any status says.
func meaningOf(status int) meaning {
	m, known := meanings[status]
	switch {
	case known:
		return m
	case status >= http.StatusInternalServerError:
		return meaning{send.Internal, "the service failed; try again later"}
	}
	return meaning{send.Invalid, "the service does not accept this"}
}
