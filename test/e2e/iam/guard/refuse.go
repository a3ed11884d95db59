package guard

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// refuse answers as the service that was asked would: those that speak JSON with an
// AccessDeniedException, those that speak XML with AccessDenied.
func refuse(w http.ResponseWriter, r *http.Request, a Asked) {
	status, kind, body := denial(a)
	if strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "application/x-amz-json") {
		w.Header().Set("X-Amzn-Errortype", "AccessDeniedException")
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, body) // who went away is not told
	}
}

// denial is the answer to a request that is refused.
func denial(a Asked) (status int, contentType, body string) {
	service, _, _ := strings.Cut(a.Call, " ")
	message := "User: " + a.String()
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(message)) // a Builder takes everything
	switch service {
	case "s3":
		return http.StatusForbidden, "application/xml", fmt.Sprintf(
			"<Error><Code>AccessDenied</Code><Message>%s</Message></Error>", &escaped)
	case "iam", "sns", "monitoring", "cloudformation", "sts", "cloudfront", "route53":
		return http.StatusForbidden, "text/xml", fmt.Sprintf("<ErrorResponse><Error><Type>Sender</Type>"+
			"<Code>AccessDenied</Code><Message>%s</Message></Error></ErrorResponse>", &escaped)
	}
	text, _ := json.Marshal(map[string]string{ // texts can always be encoded
		"__type": "AccessDeniedException", "message": message, "Message": message,
	})
	status = http.StatusForbidden
	if strings.Contains(" acm budgets dynamodb events kms logs ssm wafv2 ", " "+service+" ") {
		// The services whose operation is in a header answer so.
		// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
		status = http.StatusBadRequest
	}
	return status, "application/x-amz-json-1.1", string(text)
}

type missKey struct{}

// withMiss remembers what it takes to be told of a miss.
func withMiss(ctx context.Context, a Asked) context.Context {
	return context.WithValue(ctx, missKey{}, a)
}

// afterwards makes a miss a refusal for those who may not know of it.
func (g *Guard) afterwards(response *http.Response) error {
	a, matters := response.Request.Context().Value(missKey{}).(Asked)
	if !matters || response.StatusCode != http.StatusNotFound {
		return nil
	}
	g.note(a)
	if a.Decision.Allowed {
		return nil
	}
	status, kind, body := denial(a)
	if response.Request.Method == http.MethodHead {
		body = ""
	}
	response.Body.Close()
	response.StatusCode, response.Status = status, ""
	response.Header = http.Header{"Content-Type": {kind}}
	response.ContentLength = int64(len(body))
	response.Body = io.NopCloser(strings.NewReader(body))
	return nil
}
