package server

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/release/pack"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/wire"
)

// Each service by itself, of the rpm, with bucket and table of a simulated AWS: as
// on an instance of a stack, whose package is changed in place.
func TestServicesByThemselves(t *testing.T) {
	t.Parallel()
	aws := moto.Start(t)
	m := boot(t, root(t))
	m.reach(t, strings.TrimPrefix(aws, "http://"))
	m.bring(t, pack.RPM)

	const key, token = "the-api-key-of-operators", "one-of-the-operators"
	both := strings.Join([]string{
		"AWS_ENDPOINT_URL=" + aws, "AWS_REGION=" + moto.Region, "AWS_ACCESS_KEY_ID=testing", "AWS_SECRET_ACCESS_KEY=testing",
		"SEND__STORAGE_MODE=s3", "SEND__LEDGER_TABLE=" + moto.Table(t), "SEND__S3_BUCKET=" + moto.Bucket(t),
		"CACHE__SERVICE__BUCKET_NAME=" + moto.Bucket(t), "SEND__ADMIN__SERVICE_KEY=the-key-of-the-user-service",
		"SEND__RATE_LIMITS=off", "",
	}, "\n")
	m.rpm(t, "--install", "/root/"+versions[0]+".rpm")
	m.write(t, "/etc/sgsend/sgsend.env", both)
	m.write(t, "/etc/sgsend/user.env", "SGRAPH_SEND__ADMIN__BASE_URL="+adminURL+"\n")
	m.write(t, "/etc/sgsend/admin.env",
		"FAST_API__AUTH__API_KEY__NAME=X-API-Key\nFAST_API__AUTH__API_KEY__VALUE="+key+"\n")
	units := []string{"sgsend@user.service", "sgsend@admin.service"}
	m.run(t, append([]string{"systemctl", "enable", "--now"}, units...)...)
	m.run(t, "sh", "-c", "set -a; . /etc/sgsend/sgsend.env; for s in user admin; do sgsend health --service $s; done")

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, adminURL+wire.CreateToken.Path(),
		strings.NewReader(`{"token_name":"`+token+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-API-Key", key)
	r.Header.Set("Content-Type", "application/json")
	resp, err := strict{m.transport(t), t}.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	c := &client.Client{Server: userURL, Token: token, Transport: strict{m.transport(t), t}}
	s, err := give(t.Context(), c, bytes.Repeat([]byte("sealed "), 100<<10))
	if err != nil {
		t.Fatal(err)
	}

	m.kill(t, units[0])
	m.has(t, s, "killed, it is back")
	m.upgrade(t, token, versions[1], units, sent{}, "rpm", "--nodeps", "--upgrade", "/root/"+versions[1]+".rpm")
	m.has(t, s, "upgraded, it has what it had")

	m.rpm(t, "--erase", "sgsend")
	if list := m.run(t, "systemctl", "list-units", "--plain", "--no-legend", "sgsend*"); strings.TrimSpace(list) != "" {
		t.Errorf("after the removal there is %s", list)
	}
}

// rpm runs rpm, to which Debian's own packages are nothing.
func (m *machine) rpm(t *testing.T, args ...string) {
	t.Helper()
	m.run(t, append([]string{"rpm", "--nodeps"}, args...)...)
}
