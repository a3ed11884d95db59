package settings

import (
	"errors"
	"fmt"
	"strings"

	"sgraph.ai/send/shared/internal/lazyregexp"
	"sgraph.ai/send/shared/send"
)

// Reference says where the value of a setting is, in the place of the value: so
// that whoever sees an environment, or the state of a deploy, sees a name. It is
// no secret.
type Reference struct {
	From string // FromParameters or FromLedger
	Name string
}

// Where a value can be.
const (
	// FromParameters is the Parameter Store of AWS Systems Manager. The name is that
	// of a parameter, a SecureString, as in "/sgraph-send/qa/api-key".
	FromParameters = "ssm"

	// FromLedger is the service's own ledger, where a deploy keeps the secrets that
	// machines show each other. The name is a [send.Shared].
	FromLedger = "ledger"
)

// String returns the reference as it is written.
func (r Reference) String() string { return r.From + ":" + r.Name }

// LedgerReference returns the reference to a secret of the ledger.
func LedgerReference(s send.Shared) Reference { return Reference{FromLedger, string(s)} }

// References says which references the value of a setting may be.
type References struct {
	Parameters bool        // any parameter of the Parameter Store
	Ledger     send.Shared // this secret of the ledger; "" = none
}

// any says whether there is one at all.
func (r References) any() bool { return r != References{} }

// parameter is the full name of a parameter.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
var parameter = lazyregexp.New(`^(/[A-Za-z0-9_.-]+){1,15}$`)

// maxParameter leaves room for what else the ARN of a parameter has, of which the
// name counts as a part.
const maxParameter = 900

// Parse returns the reference that a text is; false where it is none, and then
// stands for itself. A text that begins like a reference and is none that the
// setting can be is an error, which does not repeat it.
func (r References) Parse(text string) (ref Reference, is bool, err error) {
	from, name, found := strings.Cut(text, ":")
	if !found || !r.any() || from != FromParameters && from != FromLedger {
		return Reference{}, false, nil
	}
	ref = Reference{from, name}
	switch {
	case from == FromParameters && r.Parameters && parameter.MatchString(name) && len(name) <= maxParameter,
		from == FromLedger && r.Ledger != "" && name == string(r.Ledger):
		return ref, true, nil
	}
	return Reference{}, true, errors.New(r.must())
}

// must says which references will do, for the message of a fault.
func (r References) must() string {
	const ssm = "ssm: and the full name of a parameter, such as ssm:/sgraph-send/prod/api-key"
	switch own := fmt.Sprintf("%s:%s", FromLedger, r.Ledger); {
	case r.Ledger == "":
		return "must, as a reference, be " + ssm
	case !r.Parameters:
		return "must, as a reference, be " + own
	default:
		return "must, as a reference, be " + own + ", or " + ssm
	}
}
