package settings

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Secrets are the values that the card keeps as GitHub secrets. The program
// turns each into a Pulumi secret before it enters any resource.
type Secrets struct {
	APIKeyName, APIKeyValue     string
	CacheServiceURL             string
	AdminKeyName, AdminKeyValue string

	// AdminBaseURL, when given, goes before the URL of the stack's own admin
	// function; CacheBucket, when given, names an existing bucket to use
	// instead of the stack's own.
	AdminBaseURL, CacheBucket string

	account string
}

// String keeps a stray %v from printing a secret.
func (Secrets) String() string { return "[secrets]" }

// GoString does the same for %#v.
func (Secrets) GoString() string { return "[secrets]" }

// Secret is one value that comes from the environment, or encrypted from the
// stack file under the same name.
type Secret struct {
	Name     string
	Optional bool
	Doc      string

	field func(*Secrets) *string
	check func(string) string // answers the complaint, or nothing
}

// SecretNames lists every secret, in the order of the documentation.
func SecretNames() []Secret { return slices.Clone(secrets) }

var secrets = []Secret{
	{"AWS_ACCOUNT_ID", false, "The account that the stack belongs to. Credentials for another are refused.",
		func(s *Secrets) *string { return &s.account }, pattern(`^\d{12}$`, "is not a 12-digit account number")},
	{"FAST_API__AUTH__API_KEY__NAME", false, "Header that carries the admin API key.",
		func(s *Secrets) *string { return &s.APIKeyName }, pattern(headerName, "is not the name of an HTTP header")},
	{"FAST_API__AUTH__API_KEY__VALUE", false, "The admin API key.",
		func(s *Secrets) *string { return &s.APIKeyValue }, pattern(keyValue, "is no key: use at least 16 visible characters, such as openssl rand -hex 32 gives")},
	{"AUTH__TARGET_SERVER__CACHE_SERVICE__BASE_URL", false, "Base URL of the cache service; the functions see it as `URL__TARGET_SERVER__CACHE_SERVICE`.",
		func(s *Secrets) *string { return &s.CacheServiceURL }, webURL},
	{"SGRAPH_SEND__ADMIN__API_KEY__NAME", false, "Header in which the user service sends its key to the admin service.",
		func(s *Secrets) *string { return &s.AdminKeyName }, pattern(headerName, "is not the name of an HTTP header")},
	{"SGRAPH_SEND__ADMIN__API_KEY__VALUE", false, "That key; the same as the admin API key, unless the base URL below names another admin service.",
		func(s *Secrets) *string { return &s.AdminKeyValue }, pattern(keyValue, "is no key: use at least 16 visible characters")},
	{"SGRAPH_SEND__ADMIN__BASE_URL", true, "Admin service that the user service asks. Leave empty: the program wires the stack's own.",
		func(s *Secrets) *string { return &s.AdminBaseURL }, webURL},
	{"CACHE__SERVICE__BUCKET_NAME", true, "An existing bucket for the admin service's cache. Leave empty: the program makes one per stack.",
		func(s *Secrets) *string { return &s.CacheBucket }, pattern(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`, "is not the name of a bucket")},
}

const (
	headerName = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"
	keyValue   = `^[\x21-\x7e]{16,}$`
)

// readSecrets takes each secret from the environment or the configuration, and
// removes the names it knows from the configuration. No fault repeats a value.
func readSecrets(config map[string]string, encrypted []string, lookup func(string) (string, bool), fault func(string, ...any)) Secrets {
	var all Secrets
	for _, secret := range secrets {
		value, _ := lookup(secret.Name)
		stored, inFile := config[secret.Name]
		delete(config, secret.Name)
		if inFile && !slices.Contains(encrypted, Project+":"+secret.Name) {
			fault("%s stands in the stack file in the clear: change it, then store the new one with pulumi config set --secret", secret.Name)
		}
		if value == "" {
			value = stored
		}
		switch {
		case value != "":
			if complaint := secret.check(value); complaint != "" {
				fault("%s %s", secret.Name, complaint)
			}
			*secret.field(&all) = value
		case !secret.Optional:
			fault("%s is missing: set it in the environment, or with pulumi config set --secret %s", secret.Name, secret.Name)
		}
	}
	return all
}

func pattern(expr, complaint string) func(string) string {
	re := regexp.MustCompile(expr)
	return func(v string) string {
		if re.MatchString(v) {
			return ""
		}
		return complaint
	}
}

func webURL(v string) string {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(v, "?#") {
		return "is not a web address such as https://cache.example.org"
	}
	return ""
}
