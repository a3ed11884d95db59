package send_test

import (
	"fmt"
	"strings"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/history"
)

// What is asked of the domain: op, and of what. Thing is a token, the sender whose transfers 0 to 5 are asked for, or a
// request for files with those that are sent to it.
type asked struct {
	Op, Thing string
	Transfer  int
	Name      int   // of a download, or what a token is used for; 0 = none
	Limit     int64 // of a token, or of a transfer's downloads; bytes that are sent to a request
}

func (a asked) String() string {
	return fmt.Sprintf("%s %s/%d name=%d limit=%d", a.Op, a.Thing, a.Transfer, a.Name, a.Limit)
}

// told is what it says.
type told struct {
	Code   send.Code
	First  bool   // of several that ask the same
	Status string // of a token or a transfer
	Count  int64  // of uses, or downloads, just then; -1 where that is not said
}

func (o told) String() string {
	return fmt.Sprintf("%s %s count=%d first=%t", o.Code, o.Status, o.Count, o.First)
}

func lost(o told) bool { return o.Code == send.Unavailable }

func isToken(a asked) bool { return strings.HasPrefix(a.Thing, "token") }

func isRequest(a asked) bool { return strings.HasPrefix(a.Thing, "request") }

func aTokenOnly(a asked) string {
	if isToken(a) {
		return a.Thing
	}
	return ""
}

func aRequestOnly(a asked) string {
	if isRequest(a) {
		return a.Thing
	}
	return ""
}

func aSenderOnly(a asked) string {
	if isToken(a) || isRequest(a) {
		return ""
	}
	return a.Thing
}

// aToken is what is known of a token: the bits of used are what it was used for.
type aToken struct {
	known, revoked bool
	limit, count   int64
	used           uint32
}

func (k aToken) status() string {
	switch {
	case k.revoked:
		return "revoked"
	case k.limit > 0 && k.count >= k.limit:
		return "exhausted"
	}
	return "active"
}

// tokens says what may be told of a token.
var tokens = history.Model[aToken, asked, told]{Thing: aTokenOnly, Lost: lost, Step: stepToken}

func stepToken(k aToken, a asked, o told) []aToken {
	next, is := k, told{Code: send.NotFound, Count: -1}
	switch mark := uint32(1) << a.Name; {
	case a.Op == "create" && k.known:
		is.Code = send.Conflict
	case a.Op == "create":
		next, is.Code = aToken{known: true, limit: a.Limit}, ""
	case !k.known && a.Op == "use":
		is = told{Status: "not_found", Count: -1}
	case !k.known:
	case a.Op == "use" && a.Name > 0 && k.used&mark > 0:
		is = told{Status: "active", Count: -1}
	case a.Op == "use" && k.status() != "active":
		is = told{Status: k.status(), Count: -1}
	case a.Op == "use":
		if next.count++; a.Name > 0 {
			next.used |= mark
		}
		is = told{Status: "active", Count: next.count}
	default:
		switch a.Op {
		case "revoke":
			next.revoked = true
		case "reactivate":
			next.revoked = false
		case "limit":
			next.limit = a.Limit
		}
		is = told{Status: next.status(), Count: next.count}
	}
	return may(k, next, is, o)
}

// may is what may be so after a call that was told o, and is to be told is.
func may[S comparable](before, after S, is, o told) []S {
	switch {
	case lost(o):
		return []S{before, after}
	case o.Count < 0 || is.Count < 0:
		o.Count, is.Count = 0, 0
	}
	if o != is {
		return nil
	}
	return []S{after}
}

// sending is what is known of the transfers of a sender.
type sending [6]struct {
	status      string // "" = there is none
	uploaded    bool
	most, count int64
	named       uint32 // downloads that have a name, as bits
}

// mostPendingHere is how many transfers a sender may have pending in these tests.
const mostPendingHere = 3

// transfers says what may be told of the transfers of a sender.
var transfers = history.Model[sending, asked, told]{Thing: aSenderOnly, Lost: lost, Step: stepSending}

func stepSending(s sending, a asked, o told) []sending {
	next := s
	tr, is := &next[a.Transfer], told{Code: send.NotFound, Count: -1}
	pending := 0
	for _, one := range s {
		if one.status == "pending" {
			pending++
		}
	}
	switch mark := uint32(1) << a.Name; a.Op {
	case "create":
		switch {
		case tr.status != "" && pending == mostPendingHere && o.Code == send.Limited: // both are so
			is.Code = send.Limited
		case tr.status != "":
			is.Code = send.Conflict
		case pending == mostPendingHere:
			is.Code = send.Limited
		default:
			tr.status, tr.most, is.Code = "pending", a.Limit, ""
		}
	case "upload":
		if tr.status == "pending" {
			tr.uploaded, is.Code = true, ""
		}
	case "complete":
		switch {
		case tr.status == "pending" && tr.uploaded:
			tr.status, is.Code, is.First = "completed", "", true
		case tr.status == "completed":
			is.Code = ""
		}
	case "claim":
		switch {
		case tr.status != "completed":
		case a.Name > 0 && tr.named&mark > 0:
			is.Code = ""
		case tr.most > 0 && tr.count == tr.most:
			is.Code = send.Gone
		default:
			if tr.count++; a.Name > 0 {
				tr.named |= mark
			}
			is = told{First: true, Count: tr.count}
		}
	case "delete":
		if tr.status != "" {
			is.Code, is.First = "", tr.status != "deleted"
			tr.status = "deleted"
		}
	case "look":
		if tr.status != "" {
			is = told{Status: tr.status, Count: tr.count}
		}
	}
	return may(s, next, is, o)
}

// requesting is what is known of a request, and of what is sent to it.
type requesting struct {
	made, closed bool
	arrived      int64
	transfers    [4]struct{ created, uploaded, booked, completed bool }
}

// mostArriveHere is how many transfers may arrive for a request in these tests, and largestHere how large each may be.
const (
	mostArriveHere = 3
	largestHere    = 500
)

func (r requesting) status() send.RequestStatus {
	switch {
	case r.closed:
		return send.RequestClosed
	case r.arrived == mostArriveHere:
		return send.RequestFull
	}
	return send.RequestOpen
}

// requests says what may be told of a request. Who was let in while it was open may create and upload still: what is
// exact is how many arrive.
var requests = history.Model[requesting, asked, told]{Thing: aRequestOnly, Lost: lost, Step: stepRequest}

func stepRequest(r requesting, a asked, o told) []requesting {
	next := r
	tr, is := &next.transfers[a.Transfer%len(r.transfers)], told{Code: send.NotFound, Count: -1}
	over := r.made && r.status() != send.RequestOpen
	switch a.Op {
	case "make":
		next.made, is.Code, is.First = true, "", !r.made
	case "look":
		if r.made {
			is = told{Status: string(r.status()), Count: r.arrived}
		}
	case "close":
		if r.made {
			next.closed, is.Code, is.First = true, "", !r.closed
		}
	case "create", "upload":
		switch {
		case !r.made:
			is.Code = send.Unauthorized
		case o.Code == send.Gone && over, o.Code == send.Limited:
			is.Code = o.Code
		case a.Op == "create" && tr.created:
			is.Code = send.Conflict
		case a.Op == "create":
			tr.created, is.Code = true, ""
		case tr.created && !tr.completed && a.Limit > largestHere:
			is.Code = send.TooLarge
		case tr.created && !tr.completed:
			tr.uploaded, is.Code = true, ""
		}
	case "count":
		return stepCount(r, a, o)
	case "complete":
		switch {
		case o.Code == send.Gone: // which the counting says
			return []requesting{r}
		case tr.completed:
			is.Code = ""
		case !tr.created && !r.made:
			is.Code = send.Unauthorized
		case tr.booked:
			tr.completed, is.Code, is.First = true, "", true
		}
	}
	return may(r, next, is, o)
}

// stepCount says what may be told of the first half of a completion. Others see what is counted before it is completed,
// which may be by another call.
func stepCount(r requesting, a asked, o told) []requesting {
	next := r
	tr := &next.transfers[a.Transfer%len(r.transfers)]
	over := r.made && r.status() != send.RequestOpen
	switch {
	case o.Code == send.Gone && (!over || tr.booked), o.Code == send.NotFound && tr.uploaded,
		o.Code == "" && (!tr.uploaded || over && !tr.booked):
		return nil
	case o.Code == "" || lost(o) && tr.uploaded && !over:
		if !tr.booked {
			next.arrived++
		}
		tr.booked = true
	}
	if lost(o) {
		return []requesting{r, next}
	}
	return []requesting{next}
}
