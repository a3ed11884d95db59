// Package signed asks services of AWS by itself, with the SDK's credentials and
// signature: the SDK's own client of a service makes every program larger and each of
// its starts longer, for the sake of one question.
package signed

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// Question is one to a service of AWS.
type Question struct {
	Service      string // that it is signed for, and the first part of its host
	Region       string // "" = that of the configuration
	Method, Path string
	Header       map[string]string
	Body         []byte
	MostAnswer   int64 // bytes; more than that no answer has
}

// Answer is what a service said, whatever its status.
type Answer struct {
	Status int
	Body   []byte
	Kind   string // of an error, as in AccessDenied
}

// OK says whether it is no error.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status < 300 }

// Err is the answer as an error that repeats nothing of its body.
func (a Answer) Err() error {
	said := fmt.Sprintf("it answered %d %s %s", a.Status, http.StatusText(a.Status), a.Kind)
	return errors.New(strings.TrimSpace(said))
}

// tries is how often a question is asked, and pause what is waited in between.
const (
	tries = 3
	pause = 100 * time.Millisecond
)

// Ask asks, and again where that may help. The error is that there is no answer.
func Ask(ctx context.Context, cfg aws.Config, q Question) (Answer, error) {
	for try := 1; ; try++ {
		a, again, err := ask(ctx, cfg, q)
		if !again || try == tries {
			return a, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return a, cmp.Or(err, ctx.Err())
		}
	}
}

// ask asks once, and says whether to ask again.
func ask(ctx context.Context, cfg aws.Config, q Question) (a Answer, again bool, err error) {
	req, err := q.request(ctx, cfg)
	if err != nil {
		return a, false, err
	}
	var client aws.HTTPClient = http.DefaultClient
	if cfg.HTTPClient != nil {
		client = cfg.HTTPClient
	}
	res, err := client.Do(req)
	if err != nil {
		return a, true, err
	}
	defer res.Body.Close()
	a.Status = res.StatusCode
	if a.Body, err = io.ReadAll(io.LimitReader(res.Body, q.MostAnswer)); err != nil {
		return a, true, err
	}
	if a.OK() {
		return a, false, nil
	}
	a.Kind = kind(res.Header, a.Body)
	return a, a.Status >= 500 || a.Status == http.StatusTooManyRequests || strings.HasPrefix(a.Kind, "Throttling"), nil
}

// kind is what an error is called, by a header, or in JSON, or in XML.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
func kind(header http.Header, body []byte) string {
	var inJSON struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(body, &inJSON)
	var inXML struct {
		Code string `xml:"Error>Code"`
	}
	_ = xml.Unmarshal(body, &inXML)
	name := cmp.Or(inJSON.Type, header.Get("X-Amzn-Errortype"), inXML.Code)
	name = name[strings.LastIndex(name, "#")+1:] // after whose it is, where that is said
	name, _, _ = strings.Cut(name, ":")
	return name
}

// request makes a signed one.
func (q Question) request(ctx context.Context, cfg aws.Config) (*http.Request, error) {
	region := cmp.Or(q.Region, cfg.Region)
	endpoint := fmt.Sprintf("https://%s.%s.amazonaws.com", q.Service, region)
	if cfg.BaseEndpoint != nil {
		endpoint = *cfg.BaseEndpoint
	} else if region == "" {
		return nil, errors.New("no region is known: set AWS_REGION")
	}
	req, err := http.NewRequestWithContext(ctx, q.Method, endpoint+q.Path, bytes.NewReader(q.Body))
	if err != nil {
		return nil, err
	}
	for name, value := range q.Header {
		req.Header.Set(name, value)
	}
	if cfg.Credentials == nil {
		return nil, errors.New("no credentials are known")
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(q.Body)
	return req, v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(sum[:]), q.Service, region, time.Now())
}
