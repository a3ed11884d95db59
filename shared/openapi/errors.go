package openapi

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"sgraph.ai/send/shared/send"
)

// codes are those of errors by the status that they come with: docs/contract.md, 3.3
// has the same.
var codes = map[int][]send.Reason{
	http.StatusBadRequest: {
		of(send.Invalid), send.ReasonBadLabel, send.ReasonDeleteSecretRequired, send.ReasonEmptyBody,
		send.ReasonIncompleteBody, send.ReasonNotCiphertext, send.ReasonDamaged, send.ReasonUnknownVersion,
		send.ReasonSizeMismatch, send.ReasonPartsMismatch, send.ReasonRequestSecretRequired, send.ReasonBadSealedKey,
	},
	http.StatusUnauthorized: {
		of(send.Unauthorized), send.ReasonTokenRequired, send.ReasonTokenUnknown, send.ReasonTokenRevoked,
		send.ReasonTokenExhausted, send.ReasonRequestUnknown, send.ReasonAPIKeyRequired, send.ReasonWrongAPIKey,
		send.ReasonSessionExpired, send.ReasonSessionInvalid, send.ReasonSignOnFailed,
	},
	http.StatusForbidden: {
		of(send.Forbidden), send.ReasonWrongDeleteSecret, send.ReasonWrongRequestSecret, send.ReasonLinkNotGenuine,
		send.ReasonLinkMismatch, send.ReasonCrossSite, send.ReasonOperatorRequired, send.ReasonNoRole,
	},
	http.StatusNotFound: {
		of(send.NotFound), send.ReasonTokenUnknown, send.ReasonTransferNotFound, send.ReasonDeleted, send.ReasonTakenDown,
		send.ReasonNotUploaded, send.ReasonNotPending, send.ReasonNotCompleted, send.ReasonUploadNotFound,
		send.ReasonRequestNotFound,
	},
	http.StatusMethodNotAllowed: {send.ReasonMethodNotAllowed},
	http.StatusRequestTimeout:   {of(send.TooSlow)},
	http.StatusConflict: {
		of(send.Conflict), send.ReasonTokenNameTaken, send.ReasonIDTaken, send.ReasonNotPending, send.ReasonNotCompleted,
		send.ReasonDeleteNotEnabled,
	},
	http.StatusGone: {
		of(send.Gone), send.ReasonExpired, send.ReasonExhausted, send.ReasonRequestFull, send.ReasonRequestClosed,
		send.ReasonRequestExpired, send.ReasonLinkExpired, send.ReasonPermitSpent,
	},
	http.StatusRequestEntityTooLarge:        {of(send.TooLarge), send.ReasonUsePresigned},
	http.StatusRequestedRangeNotSatisfiable: {of(send.OutOfRange)},
	http.StatusTooManyRequests:              {of(send.Limited), send.ReasonTooManyPending},
	http.StatusInternalServerError:          {of(send.Internal)},
	http.StatusServiceUnavailable: {
		of(send.Unavailable), send.ReasonTokenCheckUnavailable, send.ReasonSignOnUnavailable,
	},
	http.StatusInsufficientStorage: {of(send.Full)},
}

func of(c send.Code) send.Reason { return send.Reason(c) }

// refusals are the statuses of errors that an operation answers with.
func refusals(o Operation) []int {
	all := append(slices.Clone(everywhere), o.Refusals...)
	if o.Body.any() {
		all = append(all, ofRequestsBodies...)
	}
	for _, c := range o.May {
		if slices.Contains(refusedWith401, c) {
			all = append(all, http.StatusUnauthorized)
		}
	}
	for _, r := range o.Replies { // a reply of its own goes before
		all = slices.DeleteFunc(all, func(status int) bool { return status == r.status() })
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// refusal is the name of the component that an error of a status is.
func refusal(status int) string { return "Error" + strconv.Itoa(status) }

// Codes are those of errors by their status.
func Codes() map[int][]send.Reason { return maps.Clone(codes) }
