package traffic_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/operator"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/logtest"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/shared/wire"
	"sgraph.ai/send/test/e2e/traffic"
)

// reserved is as much for both functions: how long the one has to wait for the other depends on the machine.
var reserved = traffic.Reserved{User: traffic.QA.User, Admin: traffic.QA.User}

// deploy starts both functions, which find S3 and DynamoDB at these endpoints, and say what goes wrong in a log.
func deploy(t *testing.T, seed uint64, s3, ledger string) (*traffic.Functions, *logtest.Buffer) {
	t.Helper()
	log := &logtest.Buffer{}
	z, err := built.zips()
	if err != nil {
		t.Fatal(err)
	}
	f, err := traffic.Deploy(t.Context(), z, traffic.Cloud{
		Region: moto.Region, S3: s3, Ledger: ledger,
		Bucket: moto.Bucket(t), Cache: moto.Bucket(t), Table: dynamolocal.Table(t),
	}, reserved, seed, nightly.Or(traffic.OfAdmin, append(traffic.OfAdmin, traffic.Unanswered)), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		if t.Failed() {
			t.Logf("the functions say:\n%s", problems(log))
		}
	})
	return f, log
}

// problems are the end of what functions say goes wrong.
func problems(log *logtest.Buffer) (lines string) {
	for line := range strings.Lines(log.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			lines += line
		}
	}
	return lines[max(0, len(lines)-8000):]
}

// callers are people who ask a function no more at once than it serves, beside those who spend tokens; and few, because
// each starts a process.
func callers(f *traffic.Functions, seed uint64) traffic.People {
	p := suffering(&traffic.Service{URL: f.URL, Token: f.Token}, seed)
	p.AtOnce, p.Rate = 6, 4
	return p
}

// The zips that are deployed serve as many as is reserved for them, behind the Function URLs of a simulated Lambda.
func TestNobodyIsTurnedAwayByTheFunction(t *testing.T) {
	t.Parallel()
	f, _ := deploy(t, 1, *moto.Config(t).BaseEndpoint, *dynamolocal.Config(t).BaseEndpoint)
	p := people(&traffic.Service{URL: f.URL, Token: f.Token})
	p.AtOnce, p.Rate = reserved.User, 4
	r := p.Come(t.Context())
	if err := wrong(r); err != nil {
		t.Error(err)
	}
	if r.Acknowledged != r.People || r.People < 10 {
		t.Errorf("of %d people %d have sent something", r.People, r.Acknowledged)
	}
	var table testLog
	_ = r.WriteTable(&table)
	t.Logf("%d processes\n%s", f.User.Instances(), table)
}

// asksAdmin are the routes of the user service for which it asks the admin service: who receives, looks, or deletes has
// nothing to do with that.
var asksAdmin = []wire.Route{
	wire.CreateTransfer, wire.UploadTransfer, wire.CompleteTransfer,
	wire.InitiateUpload, wire.ResumeUpload, wire.AssembleUpload, wire.CancelUpload, wire.UploadURL,
}

// The admin service goes away and comes back: who sends is told so meanwhile, and everything else goes on. What the
// user service had to tell is told afterwards, each thing once.
func TestFaultsOfAdmin(t *testing.T) {
	t.Parallel()
	by, began := seed(t), time.Now()
	f, log := deploy(t, by, *moto.Config(t).BaseEndpoint, *dynamolocal.Config(t).BaseEndpoint)
	p := callers(f, by)
	isShut(t, f, p.Client())
	chance := rand.New(rand.NewPCG(by, 5))
	upTo := func(most time.Duration) time.Duration { return time.Duration(chance.Int64N(int64(most))) }
	report, rations := during(t, p, f.Operator, func() {
		for range nightly.Or(2, 60) {
			f.ToAdmin.Often.Store(10) // it is not quite itself
			time.Sleep(500*time.Millisecond + upTo(time.Second))
			f.ToAdmin.Often.Store(1)
			if chance.IntN(3) == 0 {
				f.Admin.Cool()
			}
			time.Sleep(500*time.Millisecond + upTo(nightly.Or(time.Second, 10*time.Second)))
		}
		f.ToAdmin.Often.Store(0)
	})
	t.Logf("met of admin %v", f.ToAdmin.Met())
	if len(f.ToAdmin.Met()) == 0 {
		t.Error("nobody missed the admin service")
	}
	for what, n := range report.Refused() {
		asks := false
		for _, to := range asksAdmin {
			path, _, _ := strings.Cut(to.Paths[0], "/{")
			asks = asks || strings.HasPrefix(what, "503 to "+to.Method+" "+path)
		}
		if !asks {
			t.Errorf("%d times: %s, which has nothing to do with the admin service", n, what)
		}
	}
	afterwards(t, p, report, f.Operator, rations)
	isTold(t, audit.TransferCompleted, f.Operator, log, began, report)
}

// isShut fails the test unless nobody can send while the admin service is away, and is told why, and who receives does
// not notice.
func isShut(t *testing.T, f *traffic.Functions, c *client.Client) {
	t.Helper()
	file := func() client.File {
		return client.File{Meta: envelope.Meta{Filename: "a"}, Content: strings.NewReader("here"), Size: 4}
	}
	sent, err := c.Send(t.Context(), file(), client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f.ToAdmin.Often.Store(1)
	_, err = c.Send(t.Context(), file(), client.Options{})
	if send.CodeOf(err) != send.Unavailable || send.ReasonOf(err) != send.ReasonTokenCheckUnavailable {
		t.Errorf("who sends while nobody can be asked whether they may is told %v", err)
	}
	var got strings.Builder
	if _, err := c.Receive(t.Context(), sent.Link, client.Into(&got)); err != nil || got.String() != "here" {
		t.Errorf("then who receives gets %q, %v", got.String(), err)
	}
	f.ToAdmin.Often.Store(0)
	if _, err := c.Send(t.Context(), file(), client.Options{}); err != nil {
		t.Errorf("when the admin service is there again: %v", err)
	}
}

// isTold fails the test unless the trail has of each transfer that was acknowledged that this was done to it, once; or
// the log has, where the ledger was too slow to keep that.
func isTold(
	t *testing.T, kind audit.Kind, o *operator.Service, log *logtest.Buffer, since time.Time, reports ...*traffic.Report,
) {
	t.Helper()
	var missing []string
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Second) {
		times, err := traffic.Told(t.Context(), o, kind, since.Add(-time.Minute))
		for id, n := range times {
			if n != 1 {
				t.Errorf("the trail has %d times %s of %s", n, kind, id)
			}
		}
		missing = nil
		for _, r := range reports {
			for _, p := range r.Sent() {
				if times[p.Link.ID] == 0 && !isLost(log, kind, p.Link.ID) {
					missing = append(missing, p.Link.ID)
				}
			}
		}
		switch { // who asks hands over what waits, as far as the time of one request allows
		case err == nil && len(missing) == 0, t.Failed():
			return
		case time.Now().After(end):
			t.Fatalf("the trail does not have %s of %s: %v", kind, missing, err)
		}
	}
}

// isLost says whether the log has what the trail could not be told of a transfer.
func isLost(log *logtest.Buffer, kind audit.Kind, transfer string) bool {
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "audit events could not be kept") &&
			strings.Contains(line, string(kind)) && strings.Contains(line, transfer) {
			return true
		}
	}
	return false
}

// A function stands still between events, for longer than connections live that carry nothing, and ends without a
// word: nobody notices any of it.
func TestFaultsOfAFunction(t *testing.T) {
	t.Parallel()
	by, began := seed(t), time.Now()
	s3, ledger := faulty(t, by)
	f, log := deploy(t, by, s3.URL, ledger.URL)
	p := callers(f, by)
	forgotten := func() {
		for _, far := range []*traffic.Faulty{s3, ledger, f.ToAdmin} {
			far.Forget()
		}
	}
	chance := rand.New(rand.NewPCG(by, 6))
	var reports []*traffic.Report
	for range nightly.Or(2, 4) {
		// Longer than what a client keeps a connection for that carries nothing: 90 s.
		forgotten()
		time.Sleep(nightly.Or(100*time.Millisecond, 100*time.Second))
		report, rations := during(t, p, f.Operator, func() {
			for range nightly.Or(4, 120) {
				time.Sleep(time.Duration(100+chance.IntN(500)) * time.Millisecond)
				switch chance.IntN(6) {
				case 0:
					f.User.Cool()
				case 1:
					f.Admin.Cool()
				default:
					forgotten()
				}
			}
		})
		f.User.Cool() // with what it had not done yet
		for what, n := range report.Refused() {
			if !strings.HasSuffix(what, "the bucket") { // which clients ask themselves, and ask again
				t.Errorf("%d times: %s", n, what)
			}
		}
		if report.Failed > 0 {
			t.Errorf("%d people noticed it: %v", report.Failed, report.Failures)
		}
		afterwards(t, p, report, f.Operator, rations)
		reports = append(reports, report)
	}
	for _, kind := range []audit.Kind{audit.TransferCompleted, audit.TransferDeleted} { // which all were in the end
		isTold(t, kind, f.Operator, log, began, reports...)
	}
}
