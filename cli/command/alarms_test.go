package command

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
)

// What a service on AWS says is shown, and told by the exit code.
func TestAlarms(t *testing.T) {
	t.Parallel()
	const (
		sounds = `{"name":"sgraph-send-qa-user-url-5xx","region":"eu-west-2","state":"ALARM","since":"2030-01-31T12:00:00Z",
			"reason":"12 > 1","means":"it fails\u001b[31m","playbook":"url-5xx"}`
		quiet = `{"name":"sgraph-send-qa-user-panics","region":"eu-west-2","state":"OK","since":"2030-01-31T12:00:00Z",
			"reason":"","means":"it panics","playbook":"panics"}`
		moving = `{"admin":"v2","function":"43","user":"v1","functions":[
			{"service":"user","live":{"version":"42","other":"43","percent":10},"next":{"version":"43"}}]}`
	)
	const away = `{"detail":"AWS cannot be asked what the alarms say","code":"unavailable"}`
	for name, c := range map[string]struct {
		args          []string
		status        int
		alarms        string
		exit          int
		says, saysNot string // what it prints, on both ways
	}{
		"one sounds": {
			nil, 200, `{"status":"ok","alarms":[` + sounds + `,` + quiet + `],"missing":[]}`, exitSounded,
			`(?s)alarms +2, of which 1 sound and 0 lack data\n.*user, live +version 42, and 10 % of the calls go to 43\n` +
				`user, next +version 43\n.*ALARM +2030-01-31 .*url-5xx +docs/playbooks/url-5xx.md +it fails.*` +
				`sgsend: 1 of 2 alarms sound`, `panics|\x1b`,
		},
		"all": {
			[]string{"--all"}, 200, `{"status":"ok","alarms":[` + quiet + `],"missing":[]}`, exitOK,
			`(?m)^OK +2030-01-31 .*-user-panics +docs/playbooks/panics.md +it panics$`, `sgsend:`,
		},
		"some are missing": {
			nil, 200, `{"status":"ok","alarms":[` + quiet + `],"missing":["us-east-1"]}`, exitUnavailable,
			`the alarms in us-east-1 cannot be asked now`, `panics`,
		},
		"away": {nil, 503, away, exitUnavailable, `AWS cannot be asked what the alarms say`, `panics`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				if r.URL.Path == "/health/versions" {
					io.WriteString(w, moving)
					return
				}
				w.WriteHeader(c.status)
				io.WriteString(w, c.alarms)
			}))
			defer server.Close()
			var said bytes.Buffer
			env := map[string]string{
				"SGSEND_ADMIN": server.URL, "SGSEND_API_KEY": "a-key-of-the-tests", "XDG_CONFIG_HOME": t.TempDir(),
			}
			e := Env{In: &bytes.Buffer{}, Out: &said, Err: &said, Getenv: func(name string) string { return env[name] }}
			exit := Run(t.Context(), New(e), append([]string{"alarms"}, c.args...))
			if exit != c.exit || !regexp.MustCompile(c.says).Match(said.Bytes()) ||
				regexp.MustCompile(c.saysNot).Match(said.Bytes()) {
				t.Errorf("the exit code is %d, and it says\n%s", exit, &said)
			}
		})
	}
}
