// Package serve runs the user and the admin service, with both consoles, in
// one process on one machine, or one of them alone.
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
	"strings"

	"sgraph.ai/send/services/admin"
	adminprogram "sgraph.ai/send/services/admin/program"
	"sgraph.ai/send/services/user"
	userprogram "sgraph.ai/send/services/user/program"
	"sgraph.ai/send/shared/host"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/metric/prom"
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

// Console is where the command tells what goes on.
type Console struct {
	Out io.Writer // is told where everything is
	Log io.Writer

	// Terminal says that Out is looked at, and not kept: it is shown secrets.
	Terminal bool
}

// Run serves until ctx ends and then lets the requests in flight complete: both
// services, or the one that is named, or that the environment names.
func Run(ctx context.Context, getenv func(string) string, service string, c Console) error {
	service, err := choose(getenv, service)
	if err != nil {
		return err
	}
	if run, alone := programs[service]; alone {
		return run(ctx, host.Process{Getenv: getenv, Log: c.Log})
	}
	return runBoth(ctx, getenv, c)
}

// ErrCut is that requests took longer at the end than they may.
var ErrCut = web.ErrCut

// programs are the services that can stand alone. Nothing is added then to what
// the environment says.
var programs = map[string]func(context.Context, host.Process) error{
	metric.User:  userprogram.Run,
	metric.Admin: adminprogram.Run,
}

// choose returns which service is meant by who named one, or else by the
// environment.
func choose(getenv func(string) string, named string) (string, error) {
	env := settings.New(func(name string) string {
		if name == settings.RunService.Env {
			return cmp.Or(named, getenv(name))
		}
		return getenv(name)
	})
	service := settings.RunService.In(env)
	return service, env.Err()
}

func runBoth(ctx context.Context, getenv func(string) string, c Console) error {
	env, keyFile, err := environment(getenv, keptOrNewKey)
	if err != nil {
		return err
	}
	users, admins := user.Read(env), admin.Read(env)
	if err := env.Err(); err != nil {
		return err
	}

	log, flush := web.NewLog(c.Log, users.LogLevel)
	defer flush()
	users.Log, admins.Log = log, log
	ledger, closer, err := storage.Ledger(users.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	users.Ledger, admins.Ledger = ledger, ledger
	parameters := storage.Parameters()
	users.Secrets.Parameters, admins.Secrets.Parameters = parameters, parameters
	if users.Store, users.Links, err = storage.Transfers(users.Service, users.Bucket, users.Secrets); err != nil {
		return err
	}
	if admins.Audit, err = storage.Trail(admins.Service, admins.CacheBucket, admins.Secrets); err != nil {
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
	if err := adminService.Prepare(ctx); err != nil {
		return err
	}
	secrets, err := makeSecrets(ctx, env, admins, adminService, keyFile)
	if err != nil {
		return err
	}

	fmt.Fprintf(c.Out, `SGraph Send %s

  Send and receive  %s
  Admin console     %s
%s`, version.Version, userURL, adminURL, secrets.tell(c.Terminal))
	if users.PublicURL != "" {
		fmt.Fprintf(c.Out, "  Public address    %s\n", users.PublicURL)
	}
	if metricsURL != "" {
		fmt.Fprintf(c.Out, "  Metrics           %s\n", metricsURL)
	}
	if _, err := fmt.Fprint(c.Out, "\nPress Ctrl-C to stop.\n"); err != nil {
		return err // nobody would know where it is
	}

	go userService.Sweep(ctx)
	if admins.KeepsOnDisk() {
		go adminService.Sweep(ctx)
	}
	return both(ctx, log, func(ctx context.Context) error {
		return userService.Serve(ctx, userLn)
	}, func(ctx context.Context) error {
		return adminService.Serve(ctx, adminLn)
	})
}

// environment is what the command is told, with what it adds. An API key that it
// is not told is what find returns of the file that is for it, whose path is
// keyFile then.
func environment(
	getenv func(string) string, find func(path string) (string, error),
) (env *settings.Env, keyFile string, err error) {
	added := maps.Clone(defaults)
	env = settings.New(func(name string) string { return cmp.Or(strings.TrimSpace(getenv(name)), added[name]) })
	if env.Text(settings.APIKeyValue.Env) != "" {
		return env, "", nil
	}
	if keyFile, err = secretFile(env.Text(settings.DiskPath.Env), keyName); err != nil {
		return nil, "", err
	}
	added[settings.APIKeyValue.Env], err = find(keyFile)
	return env, keyFile, err
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
