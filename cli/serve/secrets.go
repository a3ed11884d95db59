package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/wire"
)

// The names of the files, beside the data, that keep what opens the services.
const (
	keyName   = "api-key"
	tokenName = "access-token"
)

// SecretFiles are the names of the files, in the data folder, that keep what opens the
// services that Run runs.
var SecretFiles = []string{keyName, tokenName}

// readyToken is the purpose of the token that is there from the start.
const readyToken = "ready at the start"

// secrets are what opens the services, and where else that is found.
type secrets struct {
	token, tokenFile string // where the ledger is AWS's there is no file
	origin           string // where people send; "" = that is not known
	header           string
	key, keyFile     string // "" where the key was told
}

// Secrets prints what opens the services that Run runs when it is told the same.
func Secrets(ctx context.Context, getenv func(string) string, out io.Writer) error {
	env, keyFile, err := environment(getenv, readSecret)
	if err != nil {
		return err
	}
	set := admin.Read(env)
	front := readFront(env, getenv, metric.User, metric.Admin)
	if err := env.Err(); err != nil {
		return err
	}
	s := secrets{header: set.KeyName, key: settings.APIKeyValue.In(env).Told(), keyFile: keyFile}
	if s.origin = set.PublicURL; s.origin == "" && front.hosts != nil {
		s.origin = front.origin(metric.User, front.httpsAddr)
	}
	if set.LedgerMode == settings.Disk { // which ledger is taken while it runs
		if s.tokenFile, err = secretFile(set.DiskPath, tokenName); err == nil {
			s.token, err = readSecret(s.tokenFile)
		}
	} else {
		s.token, err = tokenOf(ctx, set)
	}
	if err == nil {
		_, err = fmt.Fprint(out, s.tell(true))
	}
	return err
}

// tokenOf returns the token that is there from the start of a service whose
// ledger is open to all.
func tokenOf(ctx context.Context, set admin.Settings) (string, error) {
	ledger, closer, err := storage.Ledger(set.Service)
	if err != nil {
		return "", err
	}
	defer closer.Close()
	return token(ctx, ledger)
}

// token returns the token that is there from the start: always the same of one
// ledger.
func token(ctx context.Context, ledger send.Ledger) (string, error) {
	keys := send.Keys[string]{Ledger: ledger, Service: metric.Admin, Derive: func(root send.Secret) string {
		return root.TokenName(readyToken)
	}}
	return keys.Get(ctx)
}

// makeSecrets sees to it that the secrets open the services, and that they can be
// found.
func makeSecrets(
	ctx context.Context, env *settings.Env, set admin.Settings, service *admin.Service, keyFile string,
) (s secrets, err error) {
	s = secrets{
		origin: set.PublicURL, header: set.KeyName, key: settings.APIKeyValue.In(env).Told(), keyFile: keyFile,
	}
	if s.token, err = token(ctx, set.Ledger); err != nil {
		return s, fmt.Errorf("the access token cannot be made: %w", err)
	}
	_, err = service.Tokens().Create(ctx, send.NewToken{Name: s.token, CreatedBy: "sgsend serve"})
	if err != nil && send.CodeOf(err) != send.Conflict {
		return s, fmt.Errorf("the access token cannot be made: %w", err)
	}
	if set.LedgerMode != settings.Disk {
		return s, nil
	}
	if s.tokenFile, err = secretFile(set.DiskPath, tokenName); err != nil {
		return s, err
	}
	if kept, err := readSecret(s.tokenFile); err == nil && kept == s.token {
		return s, nil
	}
	if err := keep(s.tokenFile, s.token); err != nil {
		return s, fmt.Errorf("%s: the access token cannot be kept: %w", settings.DiskPath.Env, err)
	}
	return s, nil
}

// tell returns what is said of the secrets: what they are where that is shown,
// otherwise where they are.
func (s secrets) tell(shown bool) string {
	token, key, invite, more := s.token, s.key, "", ""
	if link := wire.Invite(s.origin, s.token); shown && link != "" {
		invite = "  Invite link       " + link + "\n"
	}
	if !shown {
		token, key = "in "+s.tokenFile, "in "+s.keyFile
		if s.tokenFile == "" {
			token = "not shown here"
		}
		if s.keyFile == "" {
			key = "as " + settings.APIKeyValue.Env + " says"
		}
		more = "  Shown by          sgsend serve --show-secrets, with the same settings\n"
	}
	return fmt.Sprintf("%s  Access token      %s\n  API key           %s: %s\n%s", invite, token, s.header, key, more)
}

// secretFile returns the path of a file beside the data.
func secretFile(dir, name string) (string, error) {
	dir, err := filepath.Abs(dir)
	return filepath.Join(dir, name), err
}

// readSecret returns what a file keeps.
func readSecret(path string) (string, error) {
	kept, err := os.ReadFile(path)
	switch text := strings.TrimSpace(string(kept)); {
	case errors.Is(err, os.ErrNotExist), err == nil && text == "":
		return "", fmt.Errorf("%s: %w there; sgsend serve makes it when it starts", path, errNotKept)
	default:
		return text, err
	}
}

var errNotKept = errors.New("nothing is kept")

// keptOrNewKey returns the API key that an earlier start made and kept beside the
// data, or a new one.
func keptOrNewKey(path string) (string, error) {
	key, err := readSecret(path)
	switch {
	case err == nil:
		return key, nil
	case !errors.Is(err, errNotKept):
		return "", fmt.Errorf("the API key of an earlier start cannot be read: %w", err)
	}
	key = send.RandomSecret()
	if err := keep(path, key); err != nil {
		return "", fmt.Errorf("%s: the API key cannot be kept: %w", settings.DiskPath.Env, err)
	}
	return key, nil
}

// keep writes a secret aside first: a start that is interrupted leaves no half of
// it.
func keep(path, secret string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", []byte(secret+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
