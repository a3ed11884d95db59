package settings

import (
	"slices"
	"strings"

	service "sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
)

// Secrets are the values that the pipelines keep as GitHub secrets. The program
// turns each into a Pulumi secret before it enters any resource.
type Secrets struct {
	values     map[string]string
	references map[string]service.Reference
}

// Of returns a secret by the environment variable by which a service is told,
// or "". CACHE__SERVICE__BUCKET_NAME, when given, names an existing bucket to
// use instead of the stack's own, and SGRAPH_SEND__ADMIN__BASE_URL another
// admin service than the stack's own.
func (s Secrets) Of(variable string) string { return s.values[variable] }

// Reference returns where a secret is, if its value says that in its place.
func (s Secrets) Reference(variable string) (ref service.Reference, is bool) {
	ref, is = s.references[variable]
	return ref, is
}

// String keeps a stray %v from printing a secret.
func (Secrets) String() string { return "[secrets]" }

// GoString does the same for %#v.
func (Secrets) GoString() string { return "[secrets]" }

// Secret is one value that comes from the environment, or encrypted from the
// stack file under the same name.
type Secret struct {
	// Name is what the environment, or the stack file, calls it.
	Name     string
	Optional bool
	// Doc is the secret's line in docs/settings.md.
	Doc string

	told       string // the variable by which services are told
	check      func(string) (string, error)
	references service.References
}

// SecretNames lists every secret, in the order of the documentation.
func SecretNames() []Secret { return slices.Clone(secrets) }

// account is the secret that only the program reads.
const account = "AWS_ACCOUNT_ID"

var secrets = []Secret{
	{
		Name:  account,
		Doc:   "The account that the stack belongs to. Credentials for another are refused.",
		told:  account,
		check: service.Matching(`^\d{12}$`, "must be a 12-digit account number").Parse,
	},
	required(service.APIKeyName.Entry, ""),
	required(service.APIKeyValue.Entry, " Only the admin function is told it."),
	optional(service.OldAPIKeyValue.Entry, " Leave empty but for the change."),
	optional(service.OIDCClientSecret.Entry, " Only with `oidcIssuer`."),
	{
		Name:  "AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL",
		Doc:   service.CacheServiceURL.Doc + " The functions see it as `" + service.CacheServiceURL.Env + "`.",
		told:  service.CacheServiceURL.Env,
		check: service.CacheServiceURL.Canonical,
	},
	required(service.AdminKeyName.Entry, ""),
	required(service.AdminKeyValue.Entry,
		" The same as the admin API key, unless the base URL below names another admin service."),
	optional(service.AdminURL.Entry, " Leave empty: the program wires the stack's own."),
	optional(service.CacheBucket.Entry, " Leave empty: the program makes one per stack."),
}

// required is a secret that a service is told under the same name; more is what
// else there is to say of it in a stack.
func required(e service.Entry, more string) Secret {
	return Secret{Name: e.Env, Doc: e.Doc + more, told: e.Env, check: e.Canonical, references: e.References}
}

func optional(e service.Entry, more string) Secret {
	s := required(e, more)
	s.Optional = true
	return s
}

// readSecrets takes each secret from the environment or the configuration, and
// removes the names it knows from the configuration. A reference may stand there
// in the clear. No fault repeats a value.
func readSecrets(n stack.Names, config map[string]string, encrypted []string, lookup func(string) (string, bool),
	fault func(string, ...any)) Secrets {
	s := Secrets{map[string]string{}, map[string]service.Reference{}}
	for _, secret := range secrets {
		value, _ := lookup(secret.Name)
		stored, inFile := config[secret.Name]
		delete(config, secret.Name)
		_, refers, _ := secret.references.Parse(strings.TrimSpace(stored))
		if inFile && !refers && !slices.Contains(encrypted, Project+":"+secret.Name) {
			fault("%s stands in the stack file in the clear: change it, then store the new one with pulumi config set --secret",
				secret.Name)
		}
		if value == "" {
			value = stored
		}
		value = strings.TrimSpace(value)
		switch {
		case value != "":
			read, err := secret.check(value)
			if err != nil {
				fault("%s %v", secret.Name, err)
			}
			s.values[secret.told] = read
			ref, is, err := secret.references.Parse(value)
			if err != nil || !is {
				continue
			}
			s.references[secret.told] = ref
			if !strings.HasPrefix(ref.Name, n.Parameters()) {
				fault("%s refers to a parameter of another stack, or of none, which the functions of this one may not read: "+
					"its name must begin with %s", secret.Name, n.Parameters())
			}
		case !secret.Optional:
			fault("%s is missing: set it in the environment, or with pulumi config set --secret %s", secret.Name, secret.Name)
		}
	}
	return s
}
