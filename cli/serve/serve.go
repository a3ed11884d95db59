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
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"

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

// Defaults is what this command adds to an environment that says nothing.
var Defaults = map[string]string{
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

	// LogShown says that Log is looked at there, too: what was told is not logged then.
	LogShown bool
}

// garbage is how much of it there may be, in percent of what is held, unless GOGC says
// otherwise. What is held is little and hardly changes; most of it are tables of the AWS
// SDK. By the default it is looked through so often that small requests take a tenth more.
const garbage = 150

// Run serves until ctx ends and then lets the requests in flight complete: both
// services, or the one that the environment names.
func Run(ctx context.Context, getenv func(string) string, c Console) error {
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	}
	service, err := choose(getenv)
	if err != nil {
		return err
	}
	if _, alone := programs[service]; alone {
		return runAlone(ctx, getenv, service, c)
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

// runAlone runs one service.
func runAlone(ctx context.Context, getenv func(string) string, name string, c Console) error {
	env := settings.New(getenv)
	front := readFront(env, getenv, name)
	if err := env.Err(); err != nil {
		return err
	}
	front.tell(c)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var beside sync.WaitGroup
	var failed error
	open := func(host.Service) (net.Listener, error) {
		at, err := front.open()
		if err != nil {
			return nil, err
		}
		if at.plain != nil {
			beside.Go(func() {
				defer stop()
				failed = at.servePlain(ctx)
			})
		}
		return at.of(name), front.ready(ctx)
	}
	err := programs[name](ctx, host.Process{Getenv: getenv, Log: c.Log, Serve: host.On(open)})
	stop()
	beside.Wait()
	return errors.Join(err, failed)
}

// choose returns which service the environment means.
func choose(getenv func(string) string) (string, error) {
	env := settings.New(getenv)
	service := settings.RunService.In(env)
	return service, env.Err()
}

func runBoth(ctx context.Context, getenv func(string) string, c Console) error {
	env, keyFile, err := environment(getenv, keptOrNewKey)
	if err != nil {
		return err
	}
	users, admins := user.Read(env), admin.Read(env)
	front := readFront(env, getenv, metric.User, metric.Admin)
	if err := env.Err(); err != nil {
		return err
	}
	front.tell(c)

	log, flush := web.NewLog(c.Log, users.LogLevel)
	defer flush()
	users.Log, admins.Log = log, log
	slog.SetDefault(log) // what servers and certificates have to say
	ledger, closer, err := storage.Ledger(users.Service)
	if err != nil {
		return err
	}
	defer closer.Close()
	defer storage.Share(ledger, users.DiskPath, log)()
	users.Ledger, admins.Ledger = ledger, ledger
	parameters := storage.Parameters()
	users.Secrets.Parameters, admins.Secrets.Parameters = parameters, parameters
	if users.Store, users.Links, err = storage.Transfers(users.Service, users.Bucket, users.Secrets); err != nil {
		return err
	}
	if admins.Audit, err = storage.Trail(admins.Service, admins.CacheBucket, admins.Secrets); err != nil {
		return err
	}
	admins.Room = storage.Room(admins.Service)
	adminprogram.Oversee(&admins)
	at, err := front.open()
	if err != nil {
		return err
	}
	defer at.close()
	admins.PublicURL = cmp.Or(users.PublicURL, at.url(metric.User))
	beside := front.own(metric.User, at.of(metric.User).Addr().String())
	admins.UserURL, admins.UserVia = beside.url(), beside
	registry, metricsURL, err := prom.Start(ctx, users.MetricsAddr, log, metric.User, metric.Admin)
	if err != nil {
		return fmt.Errorf("%s: %w", settings.MetricsAddr.Env, err)
	}
	users.Registry, admins.Registry = registry, registry
	front.set.Meter = metric.Meter{Service: metric.User, Stage: users.Stage, Registry: registry}
	front.set.Log, front.set.OriginSecret = log, users.OriginSecret

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
%s`, version.Version, at.url(metric.User), at.url(metric.Admin), secrets.tell(c.Terminal))
	if users.PublicURL != "" {
		fmt.Fprintf(c.Out, "  Public address    %s\n", users.PublicURL)
	}
	if metricsURL != "" {
		fmt.Fprintf(c.Out, "  Metrics           %s\n", metricsURL)
	}
	if front.acme != nil {
		fmt.Fprintf(c.Out, "  Certificates      by %s; what is missing is said below\n", front.acme.authority())
	}
	if _, err := fmt.Fprint(c.Out, "\nPress Ctrl-C to stop.\n"); err != nil {
		return err // nobody would know where it is
	}

	go userService.Sweep(ctx)
	go adminService.Tend(ctx)
	if err := front.ready(ctx); err != nil {
		return err
	}
	return together(ctx, log, at.servers(map[string]service{metric.User: userService, metric.Admin: adminService})...)
}

// environment is what the command is told, with what it adds. An API key that it
// is not told is what find returns of the file that is for it, whose path is
// keyFile then.
func environment(
	getenv func(string) string, find func(path string) (string, error),
) (env *settings.Env, keyFile string, err error) {
	env = settings.New(withDefaults(getenv))
	if env.Text(settings.APIKeyValue.Env) != "" {
		return env, "", nil
	}
	if keyFile, err = secretFile(env.Text(settings.DiskPath.Env), keyName); err != nil {
		return nil, "", err
	}
	key, err := find(keyFile)
	env = settings.New(withDefaults(func(name string) string {
		if name == settings.APIKeyValue.Env {
			return key
		}
		return getenv(name)
	}))
	return env, keyFile, err
}

// withDefaults adds what this command does to what an environment says.
func withDefaults(getenv func(string) string) func(string) string {
	return func(name string) string {
		told := cmp.Or(strings.TrimSpace(getenv(name)), Defaults[name])
		if told == "" && name == settings.AdminPublicURL.Env {
			return consoleURL(getenv)
		}
		return told
	}
}

// consoleURL is where people reach the console of a domain; "" where there is none.
func consoleURL(getenv func(string) string) string {
	domain := strings.TrimSpace(getenv(settings.Domain.Env))
	if domain == "" {
		return ""
	}
	host := cmp.Or(strings.TrimSpace(getenv(settings.AdminDomain.Env)), "admin."+domain)
	_, port, err := net.SplitHostPort(strings.TrimSpace(getenv(settings.HTTPSAddr.Env)))
	if err != nil || port == "443" {
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, port)
}

// together runs servers until ctx ends or one of them fails; then the others end,
// too.
func together(ctx context.Context, log *slog.Logger, servers ...func(context.Context) error) error {
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
