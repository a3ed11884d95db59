package send_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sgraph.ai/send/shared/bolt"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/history"
)

// spent returns how many bytes of a claim's budget are counted.
func (f *fixture) spent(t testing.TB, c send.Claim) int64 {
	t.Helper()
	r, err := f.ledger.Get(t.Context(), send.Key{Set: send.ClaimSets + c.ID[:2], ID: c.ID})
	if err != nil && send.CodeOf(err) != send.NotFound {
		t.Fatal(err)
	}
	return r.Count
}

// claimOf counts a download of a transfer of that many bytes.
func (f *fixture) claimOf(t testing.TB, size int) send.Claim {
	t.Helper()
	f.Rules.MaxBytes = max(f.Rules.MaxBytes, int64(size))
	c, err := f.Claim(t.Context(), f.completed(t, send.NewTransfer{MaxDownloads: 1}, noise(size)), "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// takes a request of so many bytes from a budget as far as it goes, of which so many go
// out, and returns how many did.
func (f *fixture) takes(t testing.TB, c send.Claim, asked, sends int64) (out int64, err error) {
	t.Helper()
	ration := f.Ration(c)
	for out < sends {
		portion, err := ration.Next(t.Context(), asked-out)
		if err != nil {
			ration.Done(t.Context(), out)
			return out, err
		}
		out += min(portion, sends-out)
	}
	ration.Done(t.Context(), out)
	return out, nil
}

func TestABudgetIsTwiceTheSize(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for _, size := range []int64{1, 7, 1000, 3 << 20} {
		c := f.claimOf(t, int(size))
		if n := f.spent(t, c); n != 0 {
			t.Errorf("of %d: the claim itself is counted for %d bytes", size, n)
		}
		for copies := range int64(2) {
			if _, err := f.takes(t, c, size, size); err != nil || f.spent(t, c) != (copies+1)*size {
				t.Fatalf("of %d: copy %d: %v, %d counted", size, copies, err, f.spent(t, c))
			}
		}
		n, err := f.takes(t, c, size, size)
		want(t, err, send.Gone, "begun again too often")
		if send.ReasonOf(err) != send.ReasonPermitSpent || n != 0 {
			t.Errorf("of %d: %s, %d bytes", size, send.ReasonOf(err), n)
		}
	}
}

// What a request costs: what went out, but a little at least if anything did.
func TestWhatDoesNotGoOutIsGivenBack(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const large, small = 9 << 20, 80
	for _, c := range []struct{ size, asked, sent, costs int64 }{
		{large, large, 0, 0},
		{large, large, 1, 64 << 10},
		{large, large, 300_000, 300_000},
		{large, large, large - 1, large - 1},
		{large, 5, 5, 64 << 10},
		{small, 1, 1, 10},
		{small, 80, 9, 10},
		{small, 80, 11, 11},
	} {
		claim := f.claimOf(t, int(c.size))
		if _, err := f.takes(t, claim, c.asked, c.sent); err != nil {
			t.Fatal(err)
		}
		if n := f.spent(t, claim); n != c.costs {
			t.Errorf("of %d, %d asked for and %d sent: costs %d, want %d", c.size, c.asked, c.sent, n, c.costs)
		}
	}
}

// A budget is kept as long as its claim can be gone on with, and then forgotten.
func TestABudgetEndsWithItsClaim(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.ledger.(*bolt.Ledger).Now = f.clock.Now
	c := f.claimOf(t, 1000)
	if got := c.Until.Sub(f.clock.Now()); got != time.Hour {
		t.Fatalf("a claim lasts %v", got)
	}
	if _, err := f.takes(t, c, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	if n := f.spent(t, c); n != 1000 {
		t.Errorf("%d bytes are counted when the claim ends", n)
	}
	f.clock.Advance(time.Hour + time.Second)
	if n := f.spent(t, c); n != 0 {
		t.Error("the budget outlives its claim")
	}
}

// A permit that arrived although nothing else did is worth nothing.
func TestADownloadThatIsGivenBackLeavesNoPermit(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	c := f.claimOf(t, 1000)
	if err := f.Unclaim(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	_, err := f.takes(t, c, 1000, 1000)
	want(t, err, send.Gone, "")
	again, err := f.Claim(t.Context(), c.Transfer.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.takes(t, again, 1000, 1000); err != nil {
		t.Error(err)
	}
}

// uncounted are links as S3's.
type uncounted struct {
	pathLinks
	lives chan time.Duration
}

func (l uncounted) Counted() bool { return false }
func (l uncounted) GetURL(ctx context.Context, c send.Claim, ttl time.Duration) (string, error) {
	l.lives <- ttl
	return l.pathLinks.GetURL(ctx, c, ttl)
}

// A URL that nobody counts lives for minutes. It is renewed through all of the hour,
// but not more often than that takes.
func TestAURLThatNobodyCountsLivesForMinutes(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	links := uncounted{lives: make(chan time.Duration, 200)}
	f.Links = links
	u, err := f.DownloadURL(t.Context(), f.completed(t, send.NewTransfer{MaxDownloads: 1}, noise(1001)), "")
	if err != nil || u.TTL != 5*time.Minute || <-links.lives != u.TTL {
		t.Fatal(u, err)
	}
	if n := f.spent(t, u.Claim); n != 0 {
		t.Errorf("the first URL costs %d", n)
	}
	renewals, lasts := 0, u.TTL
	for ; renewals < 100; renewals++ {
		var u2 send.DownloadURL
		if u2, err = f.RenewURL(t.Context(), u.Claim); err != nil {
			break
		}
		lasts += u2.TTL
	}
	want(t, err, send.Gone, "begun again too often")
	if renewals < 12 || renewals > 16 || lasts < time.Hour {
		t.Errorf("%d renewals, for %v in all", renewals, lasts)
	}
}

// No URL lives longer than its claim.
func TestARenewedURLEndsWithItsClaim(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	u, err := f.DownloadURL(t.Context(), f.completed(t, send.NewTransfer{}, noise(1000)), "")
	if err != nil || u.TTL != time.Hour {
		t.Fatal(u, err)
	}
	f.clock.Advance(57 * time.Minute)
	for _, links := range []send.Links{pathLinks{}, uncounted{lives: make(chan time.Duration, 1)}} {
		f.Links = links
		if again, err := f.RenewURL(t.Context(), u.Claim); err != nil || again.TTL != 3*time.Minute {
			t.Error(again, err)
		}
	}
}

// budgetOf, when set, makes the test binary a process that is killed in the middle.
const budgetOf = "SEND_TEST_BUDGET_OF"

func TestMain(m *testing.M) {
	if path := os.Getenv(budgetOf); path != "" {
		if err := takeAndHang(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	var at place
	if is, err := history.IsProcess(&at); is {
		if err == nil {
			err = answerAll(at.domain(), os.Stdin, os.Stdout)
		}
		if err != io.EOF {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// killedClaim is the claim that the process goes on with.
func killedClaim() send.Claim {
	return send.Claim{
		ID: "aabbccddeeff0011", Budget: 160 << 20, Until: time.Now().Add(time.Hour),
		Transfer: send.Transfer{Payload: send.Payload{Size: 80 << 20}},
	}
}

func takeAndHang(path string) error {
	ledger, err := bolt.Open(path)
	if err != nil {
		return err
	}
	c := killedClaim()
	ration := (&send.Transfers{Ledger: ledger}).Ration(c)
	for left := c.Transfer.Payload.Size; left > c.Transfer.Payload.Size/2; {
		n, err := ration.Next(context.Background(), left)
		if err != nil {
			return err
		}
		left -= n
	}
	fmt.Println("sending")
	select {}
}

// The budget outlives the process. One that is killed in the middle costs what it
// handed out and no more than a portion beyond, so that the file can still be had.
func TestAKillCostsNoMoreThanAPortion(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), budgetOf+"="+path)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "sending\n" {
		t.Fatalf("it said %q, %v", line, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	ledger, err := bolt.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	f := &fixture{Transfers: &send.Transfers{Ledger: ledger}, ledger: ledger}
	c := killedClaim()
	size := c.Transfer.Payload.Size
	if n := f.spent(t, c); n < size/2 || n > size/2+size/8 {
		t.Fatalf("%d of %d bytes are counted", n, size)
	}
	if _, err := f.takes(t, c, size, size); err != nil {
		t.Fatalf("the file cannot be had any more: %v", err)
	}
	_, err = f.takes(t, c, size, size)
	want(t, err, send.Gone, "")
}

// A download of which nothing went out was none, also under a name: asked for again, by
// however many at once, it is counted anew and once, and the permit of before is worth
// nothing still.
func TestANameOfADownloadThatIsGivenBackIsCountedAnew(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const name = "00112233445566778899aabbccddeeff"
	id := f.completed(t, send.NewTransfer{}, noise(1000))
	downloads := func(want int64) {
		t.Helper()
		if tr, err := f.Info(t.Context(), id); err != nil || tr.Downloads != want {
			t.Fatalf("%d downloads are counted, %v; want %d", tr.Downloads, err, want)
		}
	}
	var before []send.Claim
	for range 3 {
		var counted atomic.Int64
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				switch _, err := f.Claim(t.Context(), id, name); {
				case err == nil:
					counted.Add(1)
				case !errors.Is(err, send.ErrRepeated):
					t.Error(err)
				}
			})
		}
		all.Wait()
		c, err := f.Claimed(t.Context(), id, name)
		if err != nil || counted.Load() != 1 {
			t.Fatalf("%d of four were the first; %v", counted.Load(), err)
		}
		downloads(1)
		for _, b := range before {
			_, err := f.takes(t, b, 1000, 1000)
			want(t, err, send.Gone, "begun again too often")
		}
		if err := f.Unclaim(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		downloads(0)
		_, err = f.Claimed(t.Context(), id, name)
		want(t, err, send.NotFound, "")
		before = append(before, c)
	}
	c, err := f.Claim(t.Context(), id, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.takes(t, c, 1000, 1000); err != nil {
		t.Fatal(err)
	}
	// Somebody goes on with it: it is a download, whoever else got nothing.
	if err := f.Unclaim(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	downloads(1)
	if _, err := f.takes(t, c, 1000, 1000); err != nil {
		t.Errorf("what was not given back cannot be gone on with: %v", err)
	}
}

// There is an end to giving back under one name, so that asking for it costs no more and
// more of the ledger.
func TestANameIsGivenBackSoOften(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	const name = "00112233445566778899aabbccddeeff"
	id := f.completed(t, send.NewTransfer{MaxDownloads: 1}, noise(1000))
	returned := 0
	for ; returned < 100; returned++ {
		c, err := f.Claim(t.Context(), id, name)
		if err != nil {
			want(t, err, send.Gone, "begun again too often")
			break
		}
		if err := f.Unclaim(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if returned < 8 || returned == 100 {
		t.Errorf("it was given back %d times", returned)
	}
	if _, err := f.Claim(t.Context(), id, "f"+name[1:]); err != nil {
		t.Errorf("what was given back is counted: %v", err)
	}
}
