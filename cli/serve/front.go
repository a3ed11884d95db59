package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/acme"

	"sgraph.ai/send/cli/serve/systemd"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/web"
)

// The sockets, beside those of the services, that a service manager can hand over.
const (
	httpsSocket = "https"
	httpSocket  = "http"
)

// front is how the services meet the outside: each at an address of its own, or,
// with a domain, all by TLS at one address, by their host names.
type front struct {
	getenv    func(string) string
	addresses map[string]string // of the services, without a domain
	hosts     map[string]string // of each service that runs; nil without a domain
	httpsAddr string
	httpAddr  string
	files     *certificateFiles // nil = there are none
	acme      *issuer           // nil = it is not asked
	set       web.Settings      // of what is served beside the services

	sockets map[string]net.Listener // that the process was started with
}

// tell has who looks on told what is found out about the names of a domain, or the log
// where nobody sees that: not both on one screen.
func (f *front) tell(c Console) {
	if f.acme == nil || !c.Terminal {
		return
	}
	f.acme.found = (&onlooker{out: c.Out, advised: map[string]bool{}}).tell
	f.acme.logs = !c.LogShown
}

// readFront reads how the services that run meet the outside.
func readFront(env *settings.Env, getenv func(string) string, services ...string) *front {
	f := &front{
		getenv: getenv,
		addresses: map[string]string{
			metric.User: settings.UserAddr.In(env), metric.Admin: settings.AdminAddr.In(env),
		},
		set: web.Settings{
			Connections: settings.Connections.In(env), ClientConnections: settings.ClientConnections.In(env),
			TrustedProxies: settings.TrustedProxies.In(env),
			Drain:          settings.Drain.In(env), Shutdown: settings.Shutdown.In(env),
		},
	}
	maps.DeleteFunc(f.addresses, func(service, _ string) bool { return !slices.Contains(services, service) })
	if cert, key := settings.TLSCert.In(env), settings.TLSKey.In(env); cert != "" && key != "" {
		f.files = &certificateFiles{cert: cert, key: key}
	} else if cert != "" {
		settings.TLSKey.Required(env)
	} else if key != "" {
		settings.TLSCert.Required(env)
	}
	domain := settings.Domain.In(env)
	if domain == "" {
		return f
	}
	names := map[string]string{metric.User: domain, metric.Admin: settings.AdminDomain.Or(env, "admin."+domain)}
	if names[metric.User] == names[metric.Admin] {
		env.Fault(settings.AdminDomain.Env, "must not be the name of the user service")
	}
	f.hosts = map[string]string{}
	for _, service := range services {
		f.hosts[service] = names[service]
	}
	f.httpsAddr, f.httpAddr = settings.HTTPSAddr.In(env), settings.HTTPAddr.In(env)
	if f.files == nil {
		f.acme = readIssuer(env, f.hosts)
	}
	return f
}

// doors are where the services listen.
type doors struct {
	*front
	listeners map[string]net.Listener // of each service, or httpsSocket: of all
	plain     net.Listener            // for those without TLS; nil = there is none
}

// open listens, by the sockets that the process was started with where there are
// such.
func (f *front) open() (*doors, error) {
	d := &doors{front: f, listeners: map[string]net.Listener{}}
	if err := d.open(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *doors) open() (err error) {
	if d.sockets, err = systemd.Sockets(d.getenv); err != nil {
		return err
	}
	if d.files != nil {
		if err := d.files.load(); err != nil {
			return err
		}
	}
	if d.hosts != nil {
		if err := d.listen(httpsSocket, settings.HTTPSAddr.Env, d.httpsAddr); err != nil {
			return err
		}
		if d.plain, err = d.take(httpSocket, settings.HTTPAddr.Env, d.httpAddr); err != nil {
			return err
		}
	} else {
		setting := map[string]string{metric.User: settings.UserAddr.Env, metric.Admin: settings.AdminAddr.Env}
		for service, address := range d.addresses {
			if err := d.listen(service, setting[service], address); err != nil {
				return err
			}
		}
	}
	for name := range d.sockets {
		return fmt.Errorf("the socket %q is none that is used here", name)
	}
	return nil
}

// listen has a door that speaks TLS where there is a certificate.
func (d *doors) listen(name, setting, address string) error {
	ln, err := d.take(name, setting, address)
	if err != nil {
		return err
	}
	if config := d.tls(); config != nil {
		ln = tls.NewListener(ln, config)
	}
	d.listeners[name] = ln
	return nil
}

// take opens an address, or takes the socket that there is in its place.
func (f *front) take(socket, setting, address string) (net.Listener, error) {
	if ln := f.sockets[socket]; ln != nil {
		delete(f.sockets, socket)
		return ln, nil
	}
	ln, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s: cannot listen on %s: %w. Ports below 1024 are the system's: run it as root, or as a "+
			"service (docs/run/server.md), or allow it with: sudo setcap cap_net_bind_service=+ep \"$(command -v sgsend)\"",
			setting, address, err)
	case err != nil:
		return nil, fmt.Errorf("%s: cannot listen on %s: %w; is it running already?", setting, address, err)
	}
	return ln, nil
}

func (d *doors) close() {
	for _, ln := range d.listeners {
		_ = ln.Close()
	}
	if d.plain != nil {
		_ = d.plain.Close()
	}
}

// of returns where a service listens, alone or with others.
func (d *doors) of(service string) net.Listener {
	if d.hosts != nil {
		return d.listeners[httpsSocket]
	}
	return d.listeners[service]
}

// url is where a service is reached.
func (d *doors) url(service string) string { return d.origin(service, d.of(service).Addr().String()) }

// origin is where a service is reached that listens at an address.
func (f *front) origin(service, address string) string {
	asked := f.addresses[service]
	if host := f.hosts[service]; host != "" {
		asked = net.JoinHostPort(host, "0")
	}
	return web.Origin(f.scheme(), address, asked)
}

// service is what serves.
type service interface {
	http.Handler
	Serve(context.Context, net.Listener) error
}

// servers are those that serve these services by the doors.
func (d *doors) servers(services map[string]service) (all []func(context.Context) error) {
	if d.plain != nil {
		all = append(all, d.servePlain)
	}
	if d.hosts != nil {
		return append(all, func(ctx context.Context) error {
			return d.set.Serve(ctx, d.byHost(services), d.listeners[httpsSocket])
		})
	}
	for name, s := range services {
		all = append(all, func(ctx context.Context) error { return s.Serve(ctx, d.of(name)) })
	}
	return all
}

// servePlain serves those who come to a domain without TLS: they are sent on, and
// the authority is answered that asks for a proof.
func (d *doors) servePlain(ctx context.Context) error {
	handler := d.redirect(portOf(d.listeners[httpsSocket]))
	if d.acme != nil {
		handler = d.acme.http(handler)
		d.acme.fetch()
	}
	return d.set.Serve(ctx, handler, d.plain)
}

// ready tells the service manager that the services can be asked, and, when ctx
// ends, that they are about to end.
func (f *front) ready(ctx context.Context) error {
	const more = 5 * time.Second // to close what is open
	context.AfterFunc(ctx, func() {
		_ = systemd.Notify(f.getenv, systemd.Stopping, systemd.ExtendTimeout(f.set.Drain+f.set.Shutdown+more))
	})
	go systemd.Watchdog(ctx, f.getenv)
	return systemd.Notify(f.getenv, systemd.Ready)
}

// tls is how TLS is spoken, or nil where it is not. HTTP/2 is not: of one
// connection it could hold any number of requests.
func (f *front) tls() *tls.Config {
	config := &tls.Config{NextProtos: []string{"http/1.1"}}
	switch {
	case f.files != nil:
		config.GetCertificate = f.files.get
	case f.acme != nil:
		config.GetCertificate = f.acme.get
		config.NextProtos = append(config.NextProtos, acme.ALPNProto)
	default:
		return nil
	}
	return config
}

// scheme is that of the services' URLs.
func (f *front) scheme() string {
	if f.tls() == nil {
		return "http"
	}
	return "https"
}

// redirect sends readers on to the same place by TLS. A request that carries
// something has shown it to everybody on the way: it is refused, so that this is
// noticed. Whoever names a port came by one that is not the usual, and is sent to
// the one of TLS.
func (f *front) redirect(port string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, asked := hostOf(r)
		switch {
		case f.serviceAt(host) == "":
			misdirected(w)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			http.Error(w, "Use https.", http.StatusBadRequest)
		default:
			if asked != "" && port != "443" {
				host = net.JoinHostPort(host, port)
			}
			http.Redirect(w, r, "https://"+host+r.URL.RequestURI(), http.StatusPermanentRedirect)
		}
	})
}

// byHost serves each service at its name.
func (f *front) byHost(services map[string]service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _ := hostOf(r)
		if h := services[f.serviceAt(host)]; h != nil {
			h.ServeHTTP(w, r)
			return
		}
		misdirected(w)
	})
}

func (f *front) serviceAt(host string) string {
	for service, name := range f.hosts {
		if name == host {
			return service
		}
	}
	return ""
}

func misdirected(w http.ResponseWriter) {
	http.Error(w, "There is no service of this name here.", http.StatusMisdirectedRequest)
}

// hostOf returns the name that was asked, and the port where one is named.
func hostOf(r *http.Request) (name, port string) { return splitHost(r.Host) }

func splitHost(host string) (name, port string) {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, ""
	}
	return strings.ToLower(strings.TrimSuffix(name, ".")), port
}

func portOf(ln net.Listener) string {
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}
