package lambdahost

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/test/e2e/simulated"
)

// Lambda stands before a simulated AWS, which knows functions, versions and
// aliases but runs none, and runs them: those that are invoked, and those that
// URLs call. All else it passes on.
//
// Whoever deploys has to go through it, because it keeps each zip that a function
// is made of, as Lambda does for the versions that there are.
type Lambda struct {
	// Endpoint is the simulated AWS behind it.
	Endpoint string
	// Region is where functions run.
	Region string
	// Tell says what a function is told beside its own environment and where AWS
	// is; nil = nothing.
	Tell func(function string) map[string]string
	// Log is [Config.Log] of each function; nil discards.
	Log func(function string) io.Writer

	server *http.Server
	url    string // where it listens

	mu      sync.Mutex
	zips    map[string][]byte // by the digest that Lambda gives them
	running map[string]*Function
	live    map[string]*route // by function and qualifier, until something is changed
}

// paths of Lambda's API.
// https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
const (
	functionsPath = "/2015-03-31/functions"
	codePart      = "/code"
	invokePart    = "/invocations"
)

// Start listens on this machine and answers the URL of the simulated AWS that
// runs functions, which they are told to use. Stop must be called in the end.
func (l *Lambda) Start() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	l.url = "http://" + listener.Addr().String()
	l.server = &http.Server{Handler: l, ReadHeaderTimeout: time.Minute}
	go l.server.Serve(listener) // until it is closed, and that is what it says then
	return l.url, nil
}

// ServeHTTP answers as AWS.
func (l *Lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	if name, ok := strings.CutSuffix(path, invokePart); ok && r.Method == http.MethodPost {
		if name, ok = strings.CutPrefix(name, functionsPath+"/"); ok {
			l.invoke(w, r, name)
			return
		}
	}
	target, err := url.Parse(l.Endpoint)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	ours := strings.HasPrefix(path, functionsPath) && r.Method != http.MethodGet
	if ours {
		if err := l.keepZip(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	httputil.NewSingleHostReverseProxy(target).ServeHTTP(w, r)
	if ours { // what is live may be something else from now on
		l.mu.Lock()
		l.live = nil
		l.mu.Unlock()
	}
}

// keepZip keeps what a function is made or changed to.
func (l *Lambda) keepZip(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	type object struct{ S3Bucket, S3Key string }
	var in struct {
		object
		Code object
	}
	creates := r.Method == http.MethodPost && strings.TrimSuffix(r.URL.Path, "/") == functionsPath
	if !creates && !strings.HasSuffix(r.URL.Path, codePart) {
		return nil
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return err
	}
	if creates {
		in.object = in.Code
	}
	if in.S3Key == "" {
		return nil
	}
	zip, err := l.ask("s3", "/"+in.S3Bucket+"/"+in.S3Key)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(zip)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.zips == nil {
		l.zips = map[string][]byte{}
	}
	l.zips[base64.StdEncoding.EncodeToString(digest[:])] = zip
	return nil
}

// invoke answers an invocation as Lambda does: an error of the function is an
// answer of its own kind.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (l *Lambda) invoke(w http.ResponseWriter, r *http.Request, name string) {
	event, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequestBytes))
	if err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	qualifier := r.URL.Query().Get("Qualifier")
	f, err := l.Function(name, qualifier)
	if err != nil {
		w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
		refuse(w, http.StatusNotFound, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/json")
	reply, err := f.invoke(r.Context(), qualifier, event)
	if errors.Is(err, errThrottled) {
		refuse(w, http.StatusTooManyRequests, "Rate Exceeded.")
		return
	}
	if err != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		reply, _ = json.Marshal(map[string]string{"errorMessage": err.Error()}) // two texts
	}
	_, _ = w.Write(reply) // whoever asked may have gone
}

// URL answers as the Function URL of an alias: by the version that the alias
// points at when a request comes, or, of two, the one whose turn it is.
func (l *Lambda) URL(name, alias string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, err := l.Function(name, alias)
		if err != nil {
			refuse(w, http.StatusNotFound, err.Error())
			return
		}
		f.serve(w, r, alias)
	})
}

// route is what a qualifier leads to: a version, and for a share of the calls another.
type route struct {
	version, other *Function
	share          float64
	owed           float64 // to the other
}

// take answers who is called next. AWS draws lots; here the other's turn comes as soon
// as its share has grown to a call, so that tests know when.
func (r *route) take() *Function {
	if r.owed += r.share; r.other == nil || r.owed < 1-1e-9 {
		return r.version
	}
	r.owed--
	return r.other
}

// configuration is what Lambda's API says of a version.
type configuration struct {
	FunctionName, Version, CodeSha256 string
	Timeout, MemorySize               int
	Environment                       struct{ Variables map[string]string }
}

// Function answers the version that a qualifier, an alias or "" for the newest,
// means now, as it runs: of an alias that points at two, the one whose turn it is.
func (l *Lambda) Function(name, qualifier string) (*Function, error) {
	// As an ARN, a name stands between colons.
	if parts := strings.Split(name, ":"); len(parts) > 6 {
		name = parts[6]
	}
	key := name + ":" + qualifier
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.live[key]; r != nil {
		return r.take(), nil
	}
	r, err := l.find(name, qualifier)
	if err != nil {
		return nil, err
	}
	if l.live == nil {
		l.live = map[string]*route{}
	}
	l.live[key] = r
	return r.take(), nil
}

// find asks what a qualifier leads to.
func (l *Lambda) find(name, qualifier string) (*route, error) {
	alias := struct {
		FunctionVersion string
		RoutingConfig   struct{ AdditionalVersionWeights map[string]float64 }
	}{FunctionVersion: qualifier}
	if qualifier != "" && strings.Trim(qualifier, "0123456789") != "" && qualifier != "$LATEST" {
		if err := l.askJSON(functionsPath+"/"+name+"/aliases/"+qualifier, &alias); err != nil {
			return nil, err
		}
	}
	r := &route{}
	var err error
	if r.version, err = l.version(name, alias.FunctionVersion); err != nil {
		return nil, err
	}
	for version, share := range alias.RoutingConfig.AdditionalVersionWeights { // one at most
		r.share = share
		if r.other, err = l.version(name, version); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// version has a version run; "" is the newest.
func (l *Lambda) version(name, version string) (*Function, error) {
	var is struct{ Configuration configuration }
	if version != "" {
		version = "?Qualifier=" + url.QueryEscape(version)
	}
	if err := l.askJSON(functionsPath+"/"+name+version, &is); err != nil {
		return nil, err
	}
	return l.run(is.Configuration)
}

// slower is how much longer than on AWS a function may take: a simulated AWS answers
// one after the other, while whoever deploys asks it much at once.
const slower = 10

// run has a version run, once.
func (l *Lambda) run(c configuration) (*Function, error) {
	all, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if f := l.running[string(all)]; f != nil {
		return f, nil
	}
	zip := l.zips[c.CodeSha256]
	if zip == nil {
		return nil, fmt.Errorf("%s is made of a zip that did not come by here: %s", c.FunctionName, c.CodeSha256)
	}
	var log io.Writer
	if l.Log != nil {
		log = l.Log(c.FunctionName)
	}
	env := maps.Clone(c.Environment.Variables)
	if env == nil {
		env = map[string]string{}
	}
	env["AWS_ENDPOINT_URL"] = l.url
	if l.Tell != nil {
		maps.Copy(env, l.Tell(c.FunctionName))
	}
	f, err := Start(Config{
		Name: c.FunctionName, Zip: zip, Environment: env, Region: l.Region, MemoryMB: c.MemorySize,
		Timeout: slower * time.Duration(c.Timeout) * time.Second, Log: log,
	})
	if err != nil {
		return nil, err
	}
	if l.running == nil {
		l.running = map[string]*Function{}
	}
	l.running[string(all)] = f
	return f, nil
}

// Stop ends all processes of all functions, and stops listening.
func (l *Lambda) Stop() {
	if l.server != nil {
		l.server.Close()
	}
	l.Cool()
}

// Cool ends all processes, as Lambda does from time to time: the next requests
// start new ones.
func (l *Lambda) Cool() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for f := range maps.Values(l.running) {
		f.Stop()
	}
	l.running, l.live = nil, nil
}

func (l *Lambda) askJSON(path string, into any) error {
	answer, err := l.ask("lambda", path)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// ask reads from the simulated AWS.
func (l *Lambda) ask(service, path string) ([]byte, error) {
	status, answer, err := simulated.Question{
		Service: service, Region: l.Region, Method: http.MethodGet, Path: path,
	}.Ask(context.Background(), l.Endpoint, "test")
	if err == nil && !slices.Contains([]int{http.StatusOK, http.StatusCreated}, status) {
		err = fmt.Errorf("%s %s answers %d: %s", service, path, status, answer)
	}
	return answer, err
}
