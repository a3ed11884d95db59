package send

import (
	"context"
	"io"
	"maps"
	"sync"
	"time"
)

// arrivals are the bodies that this process takes by URLs that it signed, by the upload
// in parts, or the key, that they are put to. Such a URL holds for hours, any number of
// times, and what comes by it is written down nowhere before it is there: what was
// reserved would bind nobody. Each process counts its own, beside what is there when it
// first looks.
type arrivals struct {
	mu sync.Mutex
	of map[string]*arrival
}

// arrival is what comes for one upload.
type arrival struct {
	open int // bodies under way; of arrivals' mutex

	mu       sync.Mutex
	looked   bool
	parts    map[int]arriving // by their numbers
	there    int64            // bytes of all parts that are there
	expected int64            // bytes that will be, when what is under way is there
	twice    int64            // bytes beyond those for which there is room on the way
}

// arriving is what comes as one part: where a line broke its sender begins again before
// that is heard here, so that there may be several bodies, of which one will be there.
type arriving struct {
	there  int64 // bytes
	open   int   // bodies under way
	coming int64 // bytes that they may have
	most   int64 // and the largest of them
}

func (p arriving) expected() int64 { return max(p.there, p.most) }

func (p arriving) twice() int64 { return p.there + p.coming - p.expected() }

const (
	// mostRemembered is of how many uploads it is remembered what is there; more are
	// looked at again.
	mostRemembered = 1000
	// again is how many bodies beyond those that will be there may be under way.
	again = 4
)

// at returns the arrival of an upload, to be used until done.
func (a *arrivals) at(name string) (one *arrival, done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of == nil {
		a.of = map[string]*arrival{}
	}
	if a.of[name] == nil {
		if len(a.of) >= mostRemembered {
			maps.DeleteFunc(a.of, func(_ string, one *arrival) bool { return one.open == 0 })
		}
		a.of[name] = &arrival{parts: map[int]arriving{}}
	}
	one = a.of[name]
	one.open++
	return one, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		one.open--
	}
}

// see looks at what is there, once. It fails as look does.
func (u *arrival) see(look func() ([]UploadedPart, error)) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.looked {
		return nil
	}
	parts, err := look()
	if err != nil {
		return err
	}
	for _, p := range parts {
		u.set(p.Number, arriving{there: p.Size})
	}
	u.looked = true
	return nil
}

// set notes what is known of a part, and with it of all.
func (u *arrival) set(number int, p arriving) {
	before := u.parts[number]
	u.parts[number] = p
	u.there += p.there - before.there
	u.expected += p.expected() - before.expected()
	u.twice += p.twice() - before.twice()
}

// take makes room for a body as a part of an upload of which no more than limit bytes may
// be there; a part of it may have most. size is -1 where it is not known: then it may have
// what is left, which is returned. TooLarge, or Limited where there may be room when other
// bodies have ended. Else leave is to be called, with how many bytes came of it: 0 where it
// failed.
func (u *arrival) take(number int, size, limit, most int64) (coming int64, leave func(came int64), err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before := u.parts[number]
	expected := u.expected - before.expected() // of the others
	if coming = size; size < 0 {
		coming = min(most, max(1, limit-expected))
	}
	if u.there-before.there+coming > limit {
		return 0, nil, tooLarge(limit)
	}
	p := before
	p.open++
	p.coming += coming
	p.most = max(p.most, coming)
	if expected+p.expected() > limit || u.twice-before.twice()+p.twice() > again*most {
		return 0, nil, &Error{
			Code: Limited, RetryAfter: 30 * time.Second, // a line that broke is given up in two minutes at most
			Message: "more of this upload is under way than it has room for; try again when that has ended",
		}
	}
	u.set(number, p)
	return coming, func(came int64) {
		u.mu.Lock()
		defer u.mu.Unlock()
		p := u.parts[number]
		p.open--
		p.coming -= coming
		if p.open == 0 {
			p.most = 0
		}
		if came > 0 {
			p.there = came
		}
		u.set(number, p)
	}, nil
}

// PutPart keeps a body as a part of the upload that a part's URL was made for, and
// returns its ETag; a part of the same number replaces the one before. size is -1 when
// it is not known. NotFound unless that upload is open and its transfer pending, Gone
// when it has expired, TooLarge where that is more than the sender announced, Limited
// where too much of it is under way.
func (t *Transfers) PutPart(
	ctx context.Context, key, uploadID string, number int, body io.Reader, size int64,
) (etag string, err error) {
	tr, d, err := t.get(ctx, idOf(key), "Transfer not found")
	if err != nil {
		return "", err
	}
	m := d.Multipart
	if tr.Status != Pending || m.UploadID != uploadID || m.Key != key || m.Done {
		return "", noUpload()
	}
	if why := t.over(tr.record); why != "" {
		return "", gone(why)
	}
	upload, done := t.arrivals.at(uploadID)
	defer done()
	err = upload.see(func() ([]UploadedPart, error) { return t.Store.Uploaded(ctx, key, uploadID) })
	if err != nil {
		return "", err
	}
	coming, leave, err := upload.take(number, size, t.bound(m.Bytes), m.most())
	if err != nil {
		return "", err
	}
	came := int64(0)
	defer func() { leave(came) }()
	bounded := &capped{body, coming, tooLarge(coming)}
	if size < 0 {
		body = bounded
	}
	if etag, err = t.Store.PutPart(ctx, key, uploadID, number, body, size); err != nil {
		return "", err
	}
	if came = size; size < 0 {
		came = coming - bounded.left
	}
	return etag, nil
}
