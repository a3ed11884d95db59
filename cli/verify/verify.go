package verify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Target is what is asked, and what it is held against.
type Target struct {
	User  string // origin of the user service
	Admin string // origin of the admin service; "" = it is not asked
	List  List
}

// Verdict is how a path, or a service, compares.
type Verdict string

// The verdicts, from good to bad.
const (
	Same    Verdict = "same"
	Unread  Verdict = "unread" // nothing came that could be compared, at least once
	Differs Verdict = "differs"
)

// File is what was sent for one path of a list.
type File struct {
	Service string   `json:"service"`
	Path    string   `json:"path"`
	Verdict Verdict  `json:"verdict"`
	Asked   int      `json:"asked"` // how often
	Found   []string `json:"found,omitempty"`
	SHA256  string   `json:"sha256"` // that the release has
}

// Report is what was found.
type Report struct {
	User    string   `json:"user"`
	Admin   string   `json:"admin,omitempty"`
	Claims  string   `json:"claims"` // the version that the user service says it is
	Version string   `json:"version"`
	From    string   `json:"from"` // where the list of that version is from
	Verdict Verdict  `json:"verdict"`
	Files   []File   `json:"files"`
	Found   []string `json:"found,omitempty"`   // that belongs to no one path
	Remarks []string `json:"remarks,omitempty"` // that are no difference
}

const (
	limit  = 10 * time.Minute // for all
	beside = 4                // answers that are waited for at once
	room   = 256 << 10        // bytes that an answer may have more than the release's, to say what they are
	follow = 20               // addresses that are looked at beyond the list
)

// run is one round.
type run struct {
	mu      sync.Mutex // guards what follows
	said    map[*File]map[string][]string
	remarks map[string]bool
	follows map[string]follower
}

// follower is an address that the release does not have, and who found it where.
type follower struct {
	*visitor
	at   *url.URL
	file *File
}

// task is one question.
type task struct {
	*visitor
	file   *File
	want   Reply
	origin string
	known  func(path string) bool
}

// Run asks for everything on the list, as each visitor, in no order that could be
// foreseen.
func Run(ctx context.Context, t Target) Report {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	report := Report{User: t.User, Admin: t.Admin, Version: t.List.Version}
	r := &run{said: map[*File]map[string][]string{}, remarks: map[string]bool{}, follows: map[string]follower{}}
	who := visitors()
	var files []*File
	var tasks []task
	ask := func(service, origin string, replies []Reply) {
		known := func(path string) bool {
			return slices.ContainsFunc(replies, func(r Reply) bool { return r.Path == path })
		}
		for _, want := range replies {
			f := &File{Service: service, Path: want.Path, Verdict: Same, SHA256: want.SHA256}
			files = append(files, f)
			for _, v := range who {
				tasks = append(tasks, task{v, f, want, origin, known})
			}
		}
	}
	ask("user", t.User, t.List.User)
	if t.Admin != "" {
		ask("admin", t.Admin, t.List.Admin)
	}
	rand.Shuffle(len(tasks), func(i, j int) { tasks[i], tasks[j] = tasks[j], tasks[i] })
	var all errgroup.Group
	all.SetLimit(beside)
	for _, one := range tasks {
		all.Go(func() error { r.ask(ctx, one); return nil })
	}
	_ = all.Wait() // nobody fails
	r.follow(ctx)
	for _, f := range files {
		f.Found = told(r.said[f], len(who))
		report.Files = append(report.Files, *f)
	}
	for remark := range r.remarks {
		report.Remarks = append(report.Remarks, remark)
	}
	slices.Sort(report.Remarks)
	for _, v := range who {
		v.http.CloseIdleConnections()
	}
	report.judge()
	return report
}

// Claim says what the user service says that it is, and where the list is from.
func (r *Report) Claim(version, from string) {
	r.Claims, r.From = version, from
	if version != r.Version {
		r.Found = append(r.Found, fmt.Sprintf("the service says that it is %q, and the list is of %s", version, r.Version))
	}
	r.judge()
}

// judge draws the verdict of all.
func (r *Report) judge() {
	r.Verdict = Same
	for _, f := range r.Files {
		r.Verdict = worse(r.Verdict, f.Verdict)
	}
	if len(r.Found) > 0 {
		r.Verdict = Differs
	}
}

func worse(a, b Verdict) Verdict {
	order := []Verdict{Same, Unread, Differs}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// ask asks one question.
func (r *run) ask(ctx context.Context, t task) {
	at, err := url.Parse(t.origin + address(t.want.Path))
	if err != nil {
		r.note(t, Unread, err.Error())
		return
	}
	a, err := t.get(ctx, at.String(), t.want.Size+room)
	r.mu.Lock()
	t.file.Asked++
	r.mu.Unlock()
	if err != nil {
		if _, ok := errors.AsType[unread](err); ok {
			r.note(t, Unread, "could not be asked: "+clean(err.Error()))
		} else {
			r.note(t, Differs, "cannot be decoded: "+clean(err.Error()))
		}
		return
	}
	found := compare(a, t.want, t.origin, t.known)
	verdict := Same
	if len(found.differences) > 0 {
		verdict = Differs
	}
	r.note(t, verdict, found.differences...)
	r.mu.Lock()
	for _, remark := range found.remarks {
		r.remarks[t.file.Service+": "+remark] = true
	}
	r.mu.Unlock()
	if digest(a.body) != t.want.SHA256 {
		r.refers(t, at, a.body)
	}
}

// refers notes what a body that differs refers to.
func (r *run) refers(t task, at *url.URL, body []byte) {
	for _, ref := range references(at, body, kindOf(t.want.Path) == document, t.known) {
		r.note(t, Differs, ref.what)
		if ref.address != nil {
			r.mu.Lock()
			if _, known := r.follows[ref.address.String()]; !known && len(r.follows) < follow {
				r.follows[ref.address.String()] = follower{t.visitor, ref.address, t.file}
			}
			r.mu.Unlock()
		}
	}
}

// follow looks at what answers refer to that the release does not have.
func (r *run) follow(ctx context.Context) {
	for _, f := range r.follows {
		a, err := f.get(ctx, f.at.String(), room)
		what := fmt.Sprintf("at %s ", clean(f.at.RequestURI()))
		if err != nil {
			what += "nothing can be read"
		} else {
			what += fmt.Sprintf("it is answered %d: %d bytes with SHA-256 %s", a.status, len(a.body), digest(a.body))
		}
		r.note(task{visitor: &visitor{}, file: f.file}, Differs, what)
	}
}

// note keeps what a visitor was told.
func (r *run) note(t task, v Verdict, found ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.file.Verdict = worse(t.file.Verdict, v)
	if r.said[t.file] == nil {
		r.said[t.file] = map[string][]string{}
	}
	for _, what := range found {
		r.said[t.file][what] = append(r.said[t.file][what], t.name)
	}
}

// told puts together what visitors were told: who, unless it was all of them, or does
// not matter.
func told(said map[string][]string, visitors int) (all []string) {
	for what, who := range said {
		slices.Sort(who)
		if who = slices.Compact(who); len(who) < visitors && who[0] != "" {
			what = "to " + strings.Join(who, ", ") + " alone: " + what
		}
		all = append(all, what)
	}
	slices.Sort(all)
	return all
}
