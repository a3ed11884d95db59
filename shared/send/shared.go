package send

// Shared names a secret that the machines of a stack show each other, and that
// no person has to know: random, made by a deploy, and kept by the ledger.
type Shared string

// The secrets that there are.
const (
	SharedOrigin  Shared = "origin"  // what the front shows the services
	SharedService Shared = "service" // what the user service shows the admin service
	SharedCanary  Shared = "canary"  // the access token of the canary
)

// Set returns the set of the ledger that holds the secret, and nothing else: who
// may read one secret need not be able to read another.
func (s Shared) Set() string { return SharedSets + string(s) }
