package stack

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/simulated"
)

const contentPolicy = "Content-Security-Policy"

// front stands in for CloudFront, as the deployed distribution and its policies say:
// it finds out whom to ask, passes on what is to be passed on, and adds to a reply
// what is to be added. It caches nothing, as CloudFront does not right after a deploy.
type front struct {
	url    string        // for programs
	secure string        // for browsers, by TLS under a certificate of nobody
	secret string        // by which it proves itself to the function
	prove  func() string // by which it does, where that changes; nil = the secret
	bucket string        // of what the pages are made of

	aws    simulation
	config distributionConfig
	passed []string // headers of requests that the function gets
	added  map[string]http.Header
	shown  bool // the bucket lets this distribution read

	mu       sync.Mutex
	function *url.URL
	asked    []string // paths that the function was asked for
}

// distributionConfig is what the simulated CloudFront tells of a distribution.
type distributionConfig struct {
	ARN     string
	Origins []struct {
		ID      string `xml:"Id"`
		Domain  string `xml:"DomainName"`
		Access  string `xml:"OriginAccessControlId"`
		Secrets []struct {
			Name  string `xml:"HeaderName"`
			Value string `xml:"HeaderValue"`
		} `xml:"CustomHeaders>Items>OriginCustomHeader"`
	} `xml:"DistributionConfig>Origins>Items>Origin"`
	Groups []struct {
		ID      string   `xml:"Id"`
		Codes   []int    `xml:"FailoverCriteria>StatusCodes>Items>StatusCode"`
		Members []string `xml:"Members>Items>OriginGroupMember>OriginId"`
	} `xml:"DistributionConfig>OriginGroups>Items>OriginGroup"`
	Behaviours []behaviour `xml:"DistributionConfig>CacheBehaviors>Items>CacheBehavior"`
	Default    behaviour   `xml:"DistributionConfig>DefaultCacheBehavior"`
}

type behaviour struct {
	Pattern string   `xml:"PathPattern"`
	Target  string   `xml:"TargetOriginId"`
	Methods []string `xml:"AllowedMethods>Items>Method"`
	Passes  string   `xml:"OriginRequestPolicyId"`
	Adds    string   `xml:"ResponseHeadersPolicyId"`
}

func newFront(t *testing.T, aws simulation, distribution, function string) *front {
	t.Helper()
	f := &front{aws: aws, added: map[string]http.Header{}}
	aws.askXML(t, "cloudfront", "/2020-05-31/distribution/"+distribution, &f.config)
	for _, o := range f.config.Origins {
		switch {
		case len(o.Secrets) == 1 && strings.EqualFold(o.Secrets[0].Name, wire.OriginSecret.Name):
			f.secret = o.Secrets[0].Value
		case o.Access != "":
			f.bucket = strings.TrimSuffix(o.Domain, ".s3."+region+".amazonaws.com")
		}
	}
	if f.secret == "" || f.bucket == "" {
		t.Fatalf("the distribution asks %+v", f.config.Origins)
	}
	var policy struct {
		Headers []string `xml:"OriginRequestPolicyConfig>HeadersConfig>Headers>Items>Name"`
		Cookies string   `xml:"OriginRequestPolicyConfig>CookiesConfig>CookieBehavior"`
	}
	aws.askXML(t, "cloudfront", "/2020-05-31/origin-request-policy/"+f.config.Default.Passes, &policy)
	// Beside the policy's, CloudFront passes these on by itself.
	f.passed = append(policy.Headers, "Content-Type", "Content-Length", "Range", "If-Range", "If-Match",
		"If-None-Match", "If-Modified-Since", "User-Agent")
	if policy.Cookies == "all" {
		f.passed = append(f.passed, "Cookie")
	}
	for _, b := range f.config.Behaviours {
		f.added[b.Adds] = aws.headersOf(t, b.Adds)
	}
	f.shown = f.isShown(t)
	f.serve(t, function)
	for url, start := range map[*string]func(http.Handler) *httptest.Server{
		&f.url: httptest.NewServer, &f.secure: httptest.NewTLSServer,
	} {
		server := start(f)
		t.Cleanup(server.Close)
		*url = server.URL
	}
	return f
}

// headersOf are the headers that CloudFront makes of a response headers policy.
// https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
func (s simulation) headersOf(t *testing.T, policy string) http.Header {
	t.Helper()
	var config struct {
		Security struct {
			CSP struct {
				Value string `xml:"ContentSecurityPolicy"`
			} `xml:"ContentSecurityPolicy"`
			Types *struct{} `xml:"ContentTypeOptions"`
			Frame struct {
				Value string `xml:"FrameOption"`
			} `xml:"FrameOptions"`
			Referrer struct {
				Value string `xml:"ReferrerPolicy"`
			} `xml:"ReferrerPolicy"`
			Transport *struct {
				Age        int  `xml:"AccessControlMaxAgeSec"`
				Subdomains bool `xml:"IncludeSubdomains"`
			} `xml:"StrictTransportSecurity"`
		} `xml:"ResponseHeadersPolicyConfig>SecurityHeadersConfig"`
		Custom []struct {
			Header, Value string
			Override      bool
		} `xml:"ResponseHeadersPolicyConfig>CustomHeadersConfig>Items>ResponseHeadersPolicyCustomHeader"`
	}
	s.askXML(t, "cloudfront", "/2020-05-31/response-headers-policy/"+policy, &config)
	h := http.Header{}
	h.Set(contentPolicy, config.Security.CSP.Value)
	h.Set("X-Frame-Options", config.Security.Frame.Value)
	h.Set("Referrer-Policy", config.Security.Referrer.Value)
	if config.Security.Types != nil {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	if by := config.Security.Transport; by != nil {
		value := fmt.Sprintf("max-age=%d", by.Age)
		if by.Subdomains {
			value += "; includeSubDomains"
		}
		h.Set("Strict-Transport-Security", value)
	}
	for _, c := range config.Custom {
		h.Set(c.Header, c.Value)
	}
	return h
}

// serve has the front ask a function from now on.
func (f *front) serve(t *testing.T, function string) {
	t.Helper()
	target, err := url.Parse(function)
	if err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.function, f.asked = target, nil
}

// cost answers what the function was asked for since the last time.
func (f *front) cost() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b := f.config.Default
	for _, other := range f.config.Behaviours {
		if strings.HasPrefix(r.URL.Path, strings.TrimSuffix(other.Pattern, "*")) {
			b = other
		}
	}
	if !slices.Contains(b.Methods, r.Method) {
		http.Error(w, "CloudFront does not take this method here", http.StatusForbidden)
		return
	}
	members, codes := []string{b.Target}, []int(nil)
	for _, g := range f.config.Groups {
		if g.ID == b.Target {
			members, codes = g.Members, g.Codes
		}
	}
	added := f.added[b.Adds]
	if r.TLS != nil { // a browser, whose workers ask the simulated S3 for what is in the buckets
		added = f.here(added)
	}
	w = adding{w, added}
	for i, member := range members {
		var instead []int // it is asked in the place of
		if i < len(members)-1 {
			instead = codes
		}
		if f.ask(w, r, member, instead) {
			return
		}
	}
}

// here is what is added to replies by a policy that allows what is on this machine in
// the place of the bucket of transfers, as the function's own policy does.
func (f *front) here(added http.Header) http.Header {
	added = added.Clone()
	if policy := added.Get(contentPolicy); policy != "" {
		at := f.aws.endpoint
		if f.aws.guard != nil {
			at = f.aws.guard.URL
		}
		added.Set(contentPolicy, strings.ReplaceAll(policy, f.transfers(), at))
	}
	return added
}

// transfers is where browsers find what was uploaded.
func (f *front) transfers() string {
	return wire.BucketOrigin(strings.Replace(f.bucket, "-assets-", "-transfers-", 1), region, false)
}

// ask answers by what an origin says, unless its status is one of those.
func (f *front) ask(w http.ResponseWriter, r *http.Request, origin string, unless []int) bool {
	for _, o := range f.config.Origins {
		switch {
		case o.ID != origin:
			continue
		case len(o.Secrets) > 0:
			f.askFunction(w, r)
			return true
		}
		return f.askBucket(w, r, o.Access, unless)
	}
	http.Error(w, "there is no origin "+origin, http.StatusBadGateway)
	return true
}

func (f *front) askFunction(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	target := f.function
	f.asked = append(f.asked, r.URL.Path)
	f.mu.Unlock()
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		wire.ViewerAddress.Set(r.Out.Header, r.In.RemoteAddr)
		for name := range r.Out.Header {
			if !slices.ContainsFunc(f.passed, func(p string) bool { return strings.EqualFold(p, name) }) {
				r.Out.Header.Del(name)
			}
		}
		secret := f.secret
		if f.prove != nil {
			secret = f.prove()
		}
		wire.OriginSecret.Set(r.Out.Header, secret)
	}}
	proxy.ServeHTTP(w, r)
}

// askBucket asks S3 as the distribution, which may read or not, and not list:
// what is not there is as forbidden as all else.
func (f *front) askBucket(w http.ResponseWriter, r *http.Request, access string, unless []int) bool {
	response, err := f.aws.fetch(r, "/"+f.bucket+r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return true
	}
	defer response.Body.Close()
	status := response.StatusCode
	if !f.shown || access == "" || status == http.StatusNotFound {
		status = http.StatusForbidden
	}
	if slices.Contains(unless, status) {
		return false
	}
	maps.Copy(w.Header(), response.Header)
	w.WriteHeader(status)
	_, _ = io.Copy(w, response.Body)
	return true
}

// fetch repeats a request of a browser to the simulated S3.
func (s simulation) fetch(r *http.Request, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(r.Context(), r.Method, s.endpoint+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", simulated.Authorization("test", region, "s3"))
	request.Header.Set("Accept-Encoding", "identity")
	return asking.Client.Do(request)
}

// isShown says whether the assets' bucket lets the distribution read, and nobody
// else.
func (f *front) isShown(t *testing.T) bool {
	t.Helper()
	status, text := f.aws.ask(t, "s3", http.MethodGet, "/"+f.bucket+"?policy", "", "")
	var policy struct {
		Statement []struct {
			Effect    string
			Principal any
			Action    any
			Resource  any
			Condition struct{ StringEquals map[string][]string }
		}
	}
	if err := json.Unmarshal(text, &policy); status != http.StatusOK || err != nil {
		t.Fatalf("the policy of %s: %d, %v: %s", f.bucket, status, err, text)
	}
	shown := false
	for _, s := range policy.Statement {
		if s.Effect != "Allow" {
			continue
		}
		by := fmt.Sprintf("%v %v %v", s.Principal, s.Action, s.Resource)
		if want := "map[Service:cloudfront.amazonaws.com] s3:GetObject arn:aws:s3:::" + f.bucket + "/*"; by != want {
			t.Errorf("the bucket allows %s, want only %s", by, want)
		}
		shown = shown || slices.Contains(s.Condition.StringEquals["AWS:SourceArn"], f.config.ARN)
	}
	return shown
}

// adding writes a reply with headers that it does not have.
type adding struct {
	http.ResponseWriter
	header http.Header
}

func (w adding) WriteHeader(status int) {
	for name, values := range w.header {
		if w.Header().Get(name) == "" {
			w.Header()[name] = values
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is how the proxy flushes.
func (w adding) Unwrap() http.ResponseWriter { return w.ResponseWriter }
