// Package serve runs the user and the admin service, with both consoles, in
// one process on one machine.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
)

// defaults is what this command adds to an environment that says nothing.
var defaults = map[string]string{
	"SEND__STORAGE_MODE":            settings.Disk,
	"SEND__DISK_PATH":               "data",
	"SEND__USER_ADDR":               "127.0.0.1:8080",
	"SEND__ADMIN_ADDR":              "127.0.0.1:8081",
	"FAST_API__AUTH__API_KEY__NAME": "X-API-Key",
}

// readyToken is the purpose of the token that is printed at the start.
const readyToken = "ready at the start"

// Run serves until ctx ends and then lets the requests in flight complete. It
// prints to out where everything is, and logs to log.
func Run(ctx context.Context, getenv func(string) string, out, logTo io.Writer) error {
	env := func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return defaults[name]
	}
	key, err := apiKey(env)
	if err != nil {
		return err
	}
	users, admins, err := read(env, key)
	if err != nil {
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
	if users.Store, users.Links, err = storage.Store(users.Service, users.Bucket, "transfers"); err != nil {
		return err
	}
	if admins.Audit, _, err = storage.Store(admins.Service, admins.CacheBucket, "cache"); err != nil {
		return err
	}
	userLn, err := listen("SEND__USER_ADDR", users.Addr)
	if err != nil {
		return err
	}
	defer userLn.Close()
	adminLn, err := listen("SEND__ADMIN_ADDR", admins.Addr)
	if err != nil {
		return err
	}
	defer adminLn.Close()
	admins.UserURL = url(userLn)
	registry, metricsURL, err := prom.Start(ctx, users.MetricsAddr, log, metric.User, metric.Admin)
	if err != nil {
		return err
	}
	users.Registry, admins.Registry = registry, registry

	adminService, err := admin.New(admins)
	if err != nil {
		return err
	}
	// The admin service is a function call away.
	users.Gate, users.Audit = adminService.Gate(), adminService.Record
	userService, err := user.New(users)
	if err != nil {
		return err
	}
	defer adminService.Flush()
	defer userService.Flush()
	tokens := &send.Tokens{Ledger: ledger, Names: users.Secret.NameSealer(), Now: users.Now}
	token := users.Secret.TokenName(readyToken)
	_, err = tokens.Create(ctx, send.NewToken{Name: token, CreatedBy: "sgsend serve"})
	if err != nil && send.CodeOf(err) != send.Conflict {
		return fmt.Errorf("the access token cannot be made: %w", err)
	}

	fmt.Fprintf(out, `SGraph Send %s

  Send and receive  %s
  Admin console     %s
  Access token      %s
  API key           %s: %s
`, version.Version, url(userLn), url(adminLn), token, admins.KeyName, key)
	if metricsURL != "" {
		fmt.Fprintf(out, "  Metrics           %s\n", metricsURL)
	}
	fmt.Fprint(out, "\nPress Ctrl-C to stop.\n")

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

// read reads the settings of both services. Who may send is known here, so the
// settings that say how to find out do not count.
func read(env func(string) string, key string) (user.Settings, admin.Settings, error) {
	together := func(name string) string {
		switch name {
		case "FAST_API__AUTH__API_KEY__VALUE":
			return key
		case "SGRAPH_SEND__ADMIN__BASE_URL", "SGRAPH_SEND__ACCESS_TOKEN":
			return ""
		case "SEND__ENABLE_AUTH":
			return "false" // until the gate is set
		}
		return env(name)
	}
	users, userErr := user.FromEnv(together)
	admins, adminErr := admin.FromEnv(together)
	return users, admins, oneOf(userErr, adminErr)
}

// oneOf joins the faults of two readings of one environment, without those
// that both have.
func oneOf(a, b error) error {
	if a == nil || b == nil {
		return errors.Join(a, b)
	}
	seen := map[string]bool{}
	var lines []string
	for _, line := range strings.Split(a.Error()+"\n"+b.Error(), "\n") {
		if !seen[line] {
			seen[line], lines = true, append(lines, line)
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// apiKey returns the API key that is set, or the one that an earlier start made
// and kept beside the data, or a new one.
func apiKey(env func(string) string) (string, error) {
	if key := env("FAST_API__AUTH__API_KEY__VALUE"); key != "" {
		return key, nil
	}
	dir := env("SEND__DISK_PATH")
	path := filepath.Join(dir, "api-key")
	kept, err := os.ReadFile(path)
	if key := strings.TrimSpace(string(kept)); key != "" {
		return key, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("the API key of an earlier start cannot be read: %w", err)
	}
	key := send.RandomSecret()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("SEND__DISK_PATH: the data folder cannot be made: %w", err)
	}
	// Aside first: a start that is interrupted leaves no half of a key.
	if err := os.WriteFile(path+".new", []byte(key+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("SEND__DISK_PATH: the API key cannot be kept: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return "", fmt.Errorf("SEND__DISK_PATH: the API key cannot be kept: %w", err)
	}
	return key, nil
}

func listen(setting, address string) (net.Listener, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot listen on %s: %w; is it running already?", setting, address, err)
	}
	return ln, nil
}

func url(ln net.Listener) string { return "http://" + ln.Addr().String() }

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
