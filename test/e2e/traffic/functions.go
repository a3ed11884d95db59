package traffic

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/infra/artifact"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/stack"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/lambdahost"
)

// Reserved is how many requests a function serves at once.
type Reserved struct{ User, Admin int }

// QA is what is reserved in the stack qa.
var QA = Reserved{User: 20, Admin: 5}

// Zips are the packages of both functions, for this machine.
type Zips struct{ User, Admin []byte }

// Build makes them as a deploy does, in a folder.
func Build(ctx context.Context, dir string) (z Zips, err error) {
	root, err := artifact.Checkout(".")
	if err != nil {
		return z, err
	}
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	for service, zip := range map[string]*[]byte{metric.User: &z.User, metric.Admin: &z.Admin} {
		var targets []artifact.Target
		for _, one := range artifact.Services {
			if one.Name == stack.Zip(service) {
				targets = append(targets, one)
			}
		}
		set, err := artifact.ServicesBuilder(root, dir, "").Build(ctx, targets, architecture)
		if err != nil {
			return z, err
		}
		built, err := set.Find(stack.Zip(service), architecture)
		if err != nil {
			return z, err
		}
		if *zip, err = os.ReadFile(filepath.Clean(built.Path)); err != nil {
			return z, err
		}
	}
	return z, nil
}

// Cloud is where functions keep what they have: S3 and DynamoDB, which are simulated.
type Cloud struct {
	Region        string
	S3, Ledger    string // endpoints
	Bucket, Cache string
	Table         string
}

// Functions are both services as they are deployed: the packages in a Lambda host, behind Function URLs.
type Functions struct {
	URL, Token  string
	User, Admin *lambdahost.Function
	Operator    *operator.Service
	ToAdmin     *Faulty // which the user function asks

	urls []*http.Server
}

// PIDs are those of the processes of the user function.
func (f *Functions) PIDs() []int { return f.User.PIDs() }

// Deploy starts them, and makes a token. Requests to the admin service can meet faults, by a seed; they meet none at
// first. Close must be called in the end.
func Deploy(
	ctx context.Context, z Zips, c Cloud, reserved Reserved, seed uint64, faults []Fault, logs io.Writer,
) (f *Functions, err error) {
	f = &Functions{}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	env := map[string]string{
		settings.StorageMode.Env: settings.S3, settings.TransfersBucket.Env: c.Bucket, settings.S3Endpoint.Env: c.S3,
		settings.LedgerMode.Env: settings.DynamoDB, settings.LedgerTable.Env: c.Table, settings.LedgerEndpoint.Env: c.Ledger,
		settings.CacheBucket.Env: c.Cache, settings.Stage.Env: "dev",
		settings.RateLimits.Env: "off", settings.LogLevel.Env: "error",
		settings.APIKeyName.Env: wire.DefaultAPIKey, settings.APIKeyValue.Env: apiKey,
		settings.AdminKeyName.Env: wire.DefaultAPIKey, settings.AdminKeyValue.Env: apiKey,
		"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
	}
	host := lambdahost.Config{Name: metric.Admin, Zip: z.Admin, Environment: env, Region: c.Region, Log: logs}
	host.MemoryMB, host.Timeout, host.Concurrency = 256, 15*time.Second, reserved.Admin
	if f.Admin, err = lambdahost.Start(host); err != nil {
		return f, err
	}
	at, err := f.listen(f.Admin)
	if err != nil {
		return f, err
	}
	f.Operator = &operator.Service{Address: at, Key: apiKey}
	if f.ToAdmin, err = NewFaulty(at, seed, faults, nil); err != nil {
		return f, err
	}
	host.Name, host.Zip, host.Environment = metric.User, z.User, maps.Clone(env)
	host.Environment[settings.AdminURL.Env] = f.ToAdmin.URL
	host.MemoryMB, host.Timeout, host.Concurrency = 512, 55*time.Second, reserved.User
	if f.User, err = lambdahost.Start(host); err != nil {
		return f, err
	}
	if f.URL, err = f.listen(f.User); err != nil {
		return f, err
	}
	f.Token, err = anyUses(ctx, f.Operator)
	return f, err
}

// listen answers the URL of a function.
func (f *Functions) listen(of http.Handler) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: of, ReadHeaderTimeout: time.Minute}
	f.urls = append(f.urls, s)
	go s.Serve(ln) // until it is closed
	return "http://" + ln.Addr().String(), nil
}

// Close ends them.
func (f *Functions) Close() {
	for _, s := range f.urls {
		_ = s.Close()
	}
	if f.ToAdmin != nil {
		f.ToAdmin.Close()
	}
	for _, one := range []*lambdahost.Function{f.User, f.Admin} {
		if one != nil {
			one.Stop()
		}
	}
}
