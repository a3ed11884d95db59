// Package ssm reads secrets from the Parameter Store of AWS Systems Manager.
//
// It asks the one question that there is by itself, with the SDK's credentials
// and signature: the SDK's own client of this service would make every start of a
// function longer, also of those that have no parameter.
package ssm

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/send"
)

// Parameters is the Parameter Store of an account in a region.
type Parameters struct{ config *lazy.Value[aws.Config] }

// New returns the Parameter Store. It asks nobody and reads nothing: load is
// called when a parameter is first asked for, and again later if it failed.
func New(load func(context.Context) (aws.Config, error)) *Parameters {
	return &Parameters{lazy.New(load)}
}

// tries is how often a question is asked, and pause what is waited in between.
const (
	tries = 3
	pause = 100 * time.Millisecond
)

// Parameter returns the value of a parameter, decrypted where it is a
// SecureString. NotFound, and Unavailable also where the permission is missing:
// ssm:GetParameter, and kms:Decrypt where the key is none of AWS's own.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func (p *Parameters) Parameter(ctx context.Context, name string) (string, error) {
	cfg, err := p.config.Get(ctx)
	if err != nil {
		return "", away(err)
	}
	for try := 1; ; try++ {
		value, again, err := ask(ctx, cfg, name)
		if err == nil || !again || try == tries {
			return value, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return "", err
		}
	}
}

// maxAnswer is far more than an answer has: a value has at most 8 KiB.
const maxAnswer = 256 << 10

// ask asks once, and says whether to ask again.
func ask(ctx context.Context, cfg aws.Config, name string) (value string, again bool, err error) {
	body, err := json.Marshal(map[string]any{"Name": name, "WithDecryption": true})
	if err != nil {
		return "", false, away(err)
	}
	req, err := request(ctx, cfg, body)
	if err != nil {
		return "", false, away(err)
	}
	var client aws.HTTPClient = http.DefaultClient
	if cfg.HTTPClient != nil {
		client = cfg.HTTPClient
	}
	res, err := client.Do(req)
	if err != nil {
		return "", true, away(err)
	}
	defer res.Body.Close()
	var answer struct {
		Parameter struct{ Value string }
		Type      string `json:"__type"` // of an error
	}
	err = json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&answer)
	kind := cmp.Or(answer.Type, res.Header.Get("X-Amzn-Errortype"))
	kind = kind[strings.LastIndex(kind, "#")+1:] // after whose it is, where that is said
	switch {
	case res.StatusCode == http.StatusOK && err == nil:
		return answer.Parameter.Value, false, nil
	case kind == "ParameterNotFound":
		return "", false, send.Fail(send.NotFound, "there is no such parameter")
	}
	again = res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests || kind == "ThrottlingException"
	return "", again, away(fmt.Errorf("it answered %s %s", res.Status, kind))
}

// request makes a signed one.
func request(ctx context.Context, cfg aws.Config, body []byte) (*http.Request, error) {
	endpoint := fmt.Sprintf("https://ssm.%s.amazonaws.com", cfg.Region)
	if cfg.BaseEndpoint != nil {
		endpoint = *cfg.BaseEndpoint
	} else if cfg.Region == "" {
		return nil, errors.New("no region is known: set AWS_REGION")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.1")
	req.Header.Set("X-Amz-Target", "AmazonSSM.GetParameter")
	if cfg.Credentials == nil {
		return nil, errors.New("no credentials are known")
	}
	credentials, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	return req, v4.NewSigner().SignHTTP(ctx, credentials, req, hex.EncodeToString(sum[:]), "ssm", cfg.Region, time.Now())
}

func away(err error) error {
	return send.Because(send.Unavailable, err, "the Parameter Store cannot be asked")
}
