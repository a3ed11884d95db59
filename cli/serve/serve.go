// Package serve runs the user and the admin service, with both consoles, in
// one process on one machine.
package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
	"sgraph.ai/send/shared/version"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

// defaults is what this command adds to an environment that says nothing.
var defaults = map[string]string{
	settings.StorageMode.Env: settings.Disk,
	settings.DiskPath.Env:    "data",
	settings.APIKeyName.Env:  wire.DefaultAPIKey,
}

// readyToken is the purpose of the token that is printed at the start.
const readyToken = "ready at the start"

// Run serves until ctx ends and then lets the requests in flight complete. It
// prints to out where everything is, and logs to log.
func Run(ctx context.Context, getenv func(string) string, out, logTo io.Writer) error {
	env, err := environment(getenv)
	if err != nil {
		return err
	}
	users, admins := user.Read(env), admin.Read(env)
	if err := env.Err(); err != nil {
		return err
	}

	log, flush := web.NewLog(logTo, users.LogLevel)
	defer flush()
	users.Log, admins.Log = log, log
	ledger, closer, err := storage.Ledger(users.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	users.Ledger, admins.Ledger = ledger, ledger
	if users.Store, users.Links, err = storage.Transfers(users.Service, users.Bucket); err != nil {
		return err
	}
	if admins.Audit, err = storage.Trail(admins.Service, admins.CacheBucket); err != nil {
		return err
	}
	userLn, err := listen(settings.UserAddr.Env, users.Addr)
	if err != nil {
		return err
	}
	defer userLn.Close()
	adminLn, err := listen(settings.AdminAddr.Env, admins.Addr)
	if err != nil {
		return err
	}
	defer adminLn.Close()
	userURL, adminURL := web.Origin(userLn, users.Addr), web.Origin(adminLn, admins.Addr)
	admins.UserURL = userURL
	registry, metricsURL, err := prom.Start(ctx, users.MetricsAddr, log, metric.User, metric.Admin)
	if err != nil {
		return fmt.Errorf("%s: %w", settings.MetricsAddr.Env, err)
	}
	users.Registry, admins.Registry = registry, registry

	adminService, err := admin.New(admins)
	if err != nil {
		return err
	}
	// Who may send is asked of the admin service, which is a function call away:
	// the settings that name another gate are not even read.
	users.Gate, users.Audit = adminService.Gate(), adminService.Record
	userService, err := user.New(users)
	if err != nil {
		return err
	}
	defer adminService.Flush()
	defer userService.Flush()
	tokens := &send.Tokens{Ledger: ledger, Names: send.Secret(admins.KeyValue).NameSealer(), Now: users.Now}
	root := send.Keys[string]{Ledger: ledger, Service: metric.Admin, Derive: func(root send.Secret) string {
		return root.TokenName(readyToken)
	}}
	token, err := root.Get(ctx)
	if err != nil {
		return fmt.Errorf("the access token cannot be made: %w", err)
	}
	_, err = tokens.Create(ctx, send.NewToken{Name: token, CreatedBy: "sgsend serve"})
	if err != nil && send.CodeOf(err) != send.Conflict {
		return fmt.Errorf("the access token cannot be made: %w", err)
	}

	fmt.Fprintf(out, `SGraph Send %s

  Send and receive  %s
  Admin console     %s
  Access token      %s
  API key           %s: %s
`, version.Version, userURL, adminURL, token, admins.KeyName, admins.KeyValue)
	if users.PublicURL != "" {
		fmt.Fprintf(out, "  Public address    %s\n", users.PublicURL)
	}
	if metricsURL != "" {
		fmt.Fprintf(out, "  Metrics           %s\n", metricsURL)
	}
	if _, err := fmt.Fprint(out, "\nPress Ctrl-C to stop.\n"); err != nil {
		return err // nobody would know the token
	}

	if users.Mode == settings.Disk {
		go userService.Sweep(ctx)
		go adminService.Sweep(ctx)
	}
	return both(ctx, log, func(ctx context.Context) error {
		return web.Serve(ctx, userService, userLn)
	}, func(ctx context.Context) error {
		return web.Serve(ctx, adminService, adminLn)
	})
}

// environment is what the command is told, with what it adds.
func environment(getenv func(string) string) (*settings.Env, error) {
	added := maps.Clone(defaults)
	env := settings.New(func(name string) string { return cmp.Or(strings.TrimSpace(getenv(name)), added[name]) })
	if env.Text(settings.APIKeyValue.Env) == "" {
		key, err := keptKey(env.Text(settings.DiskPath.Env))
		if err != nil {
			return nil, err
		}
		added[settings.APIKeyValue.Env] = key
	}
	return env, nil
}

// keptKey returns the API key that an earlier start made and kept beside the
// data, or a new one.
func keptKey(dir string) (string, error) {
	path := filepath.Join(dir, "api-key")
	kept, err := os.ReadFile(path)
	if key := strings.TrimSpace(string(kept)); key != "" {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("the API key of an earlier start cannot be read: %w", err)
	}
	key := send.RandomSecret()
	if err := keep(path, key); err != nil {
		return "", fmt.Errorf("%s: the API key cannot be kept: %w", settings.DiskPath.Env, err)
	}
	return key, nil
}

// keep writes a key aside first: a start that is interrupted leaves no half of
// it.
func keep(path, key string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", []byte(key+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func listen(setting, address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: %w; is it running already?", setting, address, err)
	}
	return ln, nil
}

// both runs two servers until ctx ends or one of them fails; then the other
// ends too.
func both(ctx context.Context, log *slog.Logger, servers ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make(chan error, len(servers))
	for _, serve := range servers {
		go func() {
			defer stop()
			errs <- serve(ctx)
		}()
	}
	var all []error
	for range servers {
		if err := <-errs; err != nil && !errors.Is(err, http.ErrServerClosed) {
			all = append(all, err)
		}
	}
	log.Info("stopped")
	return errors.Join(all...)
}
