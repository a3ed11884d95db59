package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// runElsewhere are documented commands that other tests run, or scripts of this folder, since they need what a session
// has not: a stack on AWS, a release, a service of the machine, or data that no service has open.
var runElsewhere = map[string]string{
	"backup":   "testdata/script/backup.txt",
	"migrate":  "cli/migrate TestTheCommandLine",
	"restore":  "testdata/script/backup.txt",
	"rollback": "testdata/script/rollback.txt",
	"serve":    "cli/command TestServeEndsInTime",
	"smoke":    "testdata/script/smoke.txt",
	"traffic":  "test/e2e/pipelines TestPipelines",
	"update":   "testdata/script/update.txt",
	"verify":   "testdata/script/verify.txt",
}

// unlike are commands that end otherwise here than well, and how.
var unlike = map[string]int{
	"audit follow": exitFailure,     // is ended
	"webhook test": exitUnavailable, // nobody is there
}

// session is what who reads the pages has done so far: a folder, a service, and what they were told.
type session struct {
	t     *testing.T
	env   map[string]string
	user  string
	admin string

	links    map[string]string // by what was sent first
	secrets  map[string]string // that delete what was sent, by links
	asked    string            // the link of a request
	request  string            // its ID
	transfer string
	tokens   []string // IDs
	head     string   // of the audit trail

	said bytes.Buffer // to people, by the last command
}

// Every command of ours on the pages is run: as it stands there, with the service, the links and the IDs of this
// session in the place of those that are shown; or the table says which test runs it.
func TestDocumentedCommandsRun(t *testing.T) {
	for _, where := range runElsewhere {
		mustBeThere(t, where)
	}
	all := pages(t)
	s := begin(t)
	done := 0
	for _, page := range slices.Sorted(maps.Keys(all)) {
		clear(s.links)
		for _, line := range shellLines(all[page]) {
			line = keeping.ReplaceAllString(line, "")
			args := strings.Fields(unquoted(line))
			if args[0] != "sgsend" {
				continue
			}
			if _, is := runElsewhere[args[1]]; is {
				continue
			}
			done++
			s.run(strings.TrimPrefix(page, root+"/"), line, args[1:])
		}
	}
	if done < 50 {
		t.Errorf("only %d commands were run", done)
	}
}

// mustBeThere says that a script or a test is there.
func mustBeThere(t *testing.T, where string) {
	t.Helper()
	folder, name, isTest := strings.Cut(where, " ")
	if !isTest {
		if err := there(where); err != nil {
			t.Error(err)
		}
		return
	}
	files, _ := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte("\nfunc "+name+"(")) {
			return
		}
	}
	t.Errorf("there is no %s", where)
}

// begin starts a service and goes to a folder with what is to be sent.
func begin(t *testing.T) *session {
	t.Helper()
	address := func() string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		return ln.Addr().String()
	}
	user, admin, data := address(), address(), t.TempDir()
	s := &session{
		t: t, user: "http://" + user, admin: "http://" + admin, links: map[string]string{}, secrets: map[string]string{},
		env: map[string]string{
			"SEND__DISK_PATH": data, "SEND__USER_ADDR": user, "SEND__ADMIN_ADDR": admin,
			"SEND__WEBHOOK_URL": "https://127.0.0.1:1/nobody", "SEND__WEBHOOK_PRIVATE": "true", "SEND__SHUTDOWN": "1s",
			"SGSEND_SERVER": "http://" + user, "SGSEND_ADMIN": "http://" + admin,
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan int)
	settings := maps.Clone(s.env)
	env := Env{
		In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: t.Output(),
		Getenv: func(name string) string { return settings[name] },
	}
	go func() { served <- Run(ctx, New(env), []string{"serve"}) }()
	t.Cleanup(func() { stop(); <-served })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		for name, file := range map[string]string{"SGSEND_TOKEN": "access-token", "SGSEND_API_KEY": "api-key"} {
			kept, _ := os.ReadFile(filepath.Join(data, file))
			s.env[name] = strings.TrimSpace(string(kept))
		}
		if code, _ := s.call("pulse"); code == exitOK && s.env["SGSEND_TOKEN"] != "" {
			break
		} else if time.Now().After(deadline) {
			t.Fatal("the service does not answer")
		}
	}
	for _, name := range []string{"XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"} {
		s.env[name] = t.TempDir()
		t.Setenv(name, s.env[name])
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"report.pdf": "the report", "contract.pdf": "the contract", "film.mkv": "the film", "notes.txt": "notes",
		"photos/2030/one.jpg": "a photo", "people.txt": "Ann\nBen\n", "token.txt": s.env["SGSEND_TOKEN"],
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		_, printed := s.call("token", "create", "--json")
		var made struct {
			ID string `json:"cache_id"`
		}
		if err := json.Unmarshal([]byte(printed), &made); err != nil {
			t.Fatal(err)
		}
		s.tokens = append(s.tokens, made.ID)
	}
	return s
}

func (s *session) getenv(name string) string { return s.env[name] }

// call runs a command, and returns what it printed.
func (s *session) call(args ...string) (code int, printed string) {
	var out bytes.Buffer
	env := Env{In: strings.NewReader(""), Out: &out, Err: io.MultiWriter(s.t.Output(), &s.said), Getenv: s.getenv}
	ctx, stop := context.WithTimeout(s.t.Context(), time.Minute)
	defer stop()
	if slices.Contains(args, "follow") { // it does not end by itself
		ctx, stop = context.WithTimeout(ctx, time.Second)
		defer stop()
	}
	code = Run(ctx, New(env), args)
	return code, out.String()
}

var (
	linkShown  = regexp.MustCompile(`^https?://[^/]+/d/#…$`)
	headShown  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	linkIn     = regexp.MustCompile(`https?://[^"\s]+/d/#[^"\s]+`)
	headIn     = regexp.MustCompile(`[0-9a-f]{64}`)
	transferID = regexp.MustCompile(`/d/#([0-9a-f]{12})/`)
	requestID  = regexp.MustCompile(`/r/#([0-9a-f]{12})/`)

	deleteSecretIn = regexp.MustCompile(`sgsend delete --secret (\S+)`)
)

// run runs a command as a page has it.
func (s *session) run(page, line string, args []string) {
	s.t.Helper()
	for i, arg := range args {
		switch {
		case linkShown.MatchString(arg):
			first := "report.pdf"
			if slices.Contains(args, "--list") || slices.Contains(args, "--only") {
				first = "photos/"
			}
			args[i] = s.links[first]
		case strings.HasSuffix(arg, "/r/#…"):
			args[i] = s.asked
		case strings.HasPrefix(arg, "https://admin."), arg == "$ADMIN_URL":
			args[i] = s.admin
		case strings.HasPrefix(arg, "https://"), arg == "$PUBLIC_URL":
			args[i] = s.user
		case arg == "Zm9v…":
			args[i] = s.secrets[s.links["report.pdf"]]
		case arg == "4b598de5":
			args[i] = s.tokens[0]
		case arg == "9f86d081":
			args[i] = s.tokens[1]
		case arg == "4abd0a491ed3":
			args[i] = s.transfer
		case arg == "4abd0a":
			args[i] = s.request
		case headShown.MatchString(arg):
			args[i] = s.head
		}
	}
	s.said.Reset()
	code, printed := s.call(args...)
	if ends := unlike[args[0]+" "+args[min(1, len(args)-1)]]; code != ends {
		s.t.Errorf("%s: %s: exit code %d", page, line, code)
		return
	}
	s.remember(args, printed)
}

// remember keeps what later commands are about.
func (s *session) remember(args []string, printed string) {
	last := strings.TrimSpace(printed)
	switch {
	case args[0] == "send" && transferID.MatchString(last):
		for _, arg := range args[1:] {
			if s.links[arg] == "" && strings.ContainsAny(arg, "./") {
				s.links[arg] = linkIn.FindString(last)
			}
		}
		s.transfer = transferID.FindStringSubmatch(last)[1]
		if secret := deleteSecretIn.FindStringSubmatch(s.said.String()); secret != nil {
			s.secrets[linkIn.FindString(last)] = secret[1]
		}
	case strings.HasPrefix(strings.Join(args, " "), "request create"):
		s.asked = strings.Fields(last)[0]
		if s.request == "" { // of which one is closed, and the other sent to
			s.request = requestID.FindStringSubmatch(last)[1]
		}
	case slices.Contains(args, "take-down"):
		clear(s.links)
	case slices.Contains(args, "chain"): // into a file, as the page has it
		if err := os.WriteFile("chain.ndjson", []byte(printed), 0o600); err != nil {
			s.t.Fatal(err)
		}
	case strings.HasPrefix(strings.Join(args, " "), "audit head"):
		s.head = headIn.FindString(last)
	}
}
