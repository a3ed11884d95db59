package send

import "errors"

// Reason is why something failed, in a stable word that programs decide by
// where the [Code] is not fine enough. Messages are for people, and may change.
type Reason string

// What is wrong with an access token.
const (
	ReasonTokenRequired         Reason = "token_required"          // none was brought, and one is needed
	ReasonTokenUnknown          Reason = "token_unknown"           // there is no such token
	ReasonTokenRevoked          Reason = "token_revoked"           // it was withdrawn
	ReasonTokenExhausted        Reason = "token_exhausted"         // all its uses are spent
	ReasonTokenNameTaken        Reason = "token_name_taken"        // another token has the name
	ReasonTokenCheckUnavailable Reason = "token_check_unavailable" // who keeps the tokens cannot be asked; repeat later
)

// What is wrong with a transfer.
const (
	ReasonTransferNotFound     Reason = "transfer_not_found"     // there is none of that ID, or it is another sender's
	ReasonDeleted              Reason = "deleted"                // its sender deleted it
	ReasonTakenDown            Reason = "taken_down"             // who runs the service took it down
	ReasonExpired              Reason = "expired"                // its time is over
	ReasonExhausted            Reason = "exhausted"              // it was downloaded as often as its sender allowed
	ReasonIDTaken              Reason = "id_taken"               // another transfer has the ID that was chosen
	ReasonNotUploaded          Reason = "not_uploaded"           // its ciphertext has not arrived
	ReasonNotPending           Reason = "not_pending"            // it takes no upload any more
	ReasonNotCompleted         Reason = "not_completed"          // its sender has not completed it yet
	ReasonBadLabel             Reason = "bad_label"              // its label is not a sealed one
	ReasonDeleteNotEnabled     Reason = "delete_not_enabled"     // it was created without a delete secret
	ReasonDeleteSecretRequired Reason = "delete_secret_required" // the delete secret was not brought
	ReasonWrongDeleteSecret    Reason = "wrong_delete_secret"    // the delete secret is not the one it was created with
)

// What is wrong with an upload.
const (
	ReasonEmptyBody      Reason = "empty_body"       // nothing was sent
	ReasonIncompleteBody Reason = "incomplete_body"  // the request broke off; send it again
	ReasonNotCiphertext  Reason = "not_ciphertext"   // it is not encrypted
	ReasonDamaged        Reason = "damaged"          // it is a sealed file, but cut short or damaged; send it again
	ReasonUnknownVersion Reason = "unknown_version"  // it is sealed in a version that the service does not know
	ReasonSizeMismatch   Reason = "size_mismatch"    // it is not as long as was declared
	ReasonUsePresigned   Reason = "use_presigned"    // it is too large for this route; go by presigned URLs
	ReasonTooManyPending Reason = "too_many_pending" // the sender has as much under way as may be; complete or cancel some
	ReasonUploadNotFound Reason = "upload_not_found" // no such upload in parts is open
	ReasonPartsMismatch  Reason = "parts_mismatch"   // the parts that were named are not those that were uploaded
)

// What is wrong with a request for files.
const (
	ReasonRequestNotFound       Reason = "request_not_found"       // there is none of that ID
	ReasonRequestUnknown        Reason = "request_unknown"         // what the sender showed is of no request that there is
	ReasonRequestFull           Reason = "request_full"            // as many transfers arrived as it allows
	ReasonRequestClosed         Reason = "request_closed"          // its maker closed it, or has no token any more
	ReasonRequestExpired        Reason = "request_expired"         // its time is over
	ReasonRequestSecretRequired Reason = "request_secret_required" // the secret of its maker was not brought
	ReasonWrongRequestSecret    Reason = "wrong_request_secret"    // that secret is another one
	ReasonBadSealedKey          Reason = "bad_sealed_key"          // a transfer to it has no key sealed to its maker
)

// What is wrong with a link, or a permit, that a service signed.
const (
	ReasonLinkNotGenuine Reason = "link_not_genuine" // the service did not make it
	ReasonLinkExpired    Reason = "link_expired"     // it held for a while, which is over; ask for a new one
	ReasonLinkMismatch   Reason = "link_mismatch"    // it is for something else
	ReasonPermitSpent    Reason = "permit_spent"     // its download was begun again as often as it may be
)

// What keeps an operator out.
const (
	ReasonAPIKeyRequired Reason = "api_key_required" // neither the API key nor a session was brought
	ReasonWrongAPIKey    Reason = "wrong_api_key"    // it is not the API key
	ReasonSessionExpired Reason = "session_expired"  // log in again
	ReasonSessionInvalid Reason = "session_invalid"  // the cookie is not genuine; log in again

	ReasonOperatorRequired  Reason = "operator_required"   // the session is a viewer's
	ReasonSignOnFailed      Reason = "sign_on_failed"      // the provider's answer is missing, late, or not to be believed
	ReasonNoRole            Reason = "no_role"             // the provider knows the person, who may not come in here
	ReasonSignOnUnavailable Reason = "sign_on_unavailable" // the provider cannot be asked; repeat later
)

// What is wrong with a request, whatever it is for.
const (
	ReasonMethodNotAllowed Reason = "method_not_allowed" // the path has another method
	ReasonCrossSite        Reason = "cross_site"         // a page of another site made the browser ask
)

// ReasonOf returns why an error came about: its reason, or its code where that
// says it all; and "" for nil.
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok && e.Reason != "" {
		return e.Reason
	}
	return Reason(CodeOf(err))
}
