package admin

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (a *Service) transferRoutes(r *mux.Router) {
	web.Bind(r, wire.ListTransfers, web.Handle(a.listTransfers))
	web.Bind(r, wire.ShowTransfer, web.Handle(a.showTransfer))
	web.Bind(r, wire.TakeDownTransfer, web.Handle(a.takeDownTransfer))
}

// overviewOf is a transfer as operators see it.
func (a *Service) overviewOf(t send.Transfer, ids send.TokenIDs) wire.TransferOverview {
	o := wire.TransferOverview{
		TransferID: t.ID, Status: t.Standing(a.set.Now()), PayloadBytes: t.Payload.Size, Request: t.Request,
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, DownloadCount: t.Downloads, MaxDownloads: t.MaxDownloads,
		DownloadsCompleted: t.Confirmed, Erased: t.Erased,
	}
	if hash := t.Token(); hash != "" {
		o.Token = cacheID(ids.Of(hash))
	}
	return o
}

const (
	// transfersPage is how many transfers a page has where nothing is said, and
	// maxTransfersPage at most.
	transfersPage    = 100
	maxTransfersPage = 500
)

// tokenIDForm is an ID of a token, or enough of its beginning.
var tokenIDForm = regexp.MustCompile(`^[0-9a-f]{6,32}$`)

func standings() (names []string) {
	for _, s := range send.Standings {
		names = append(names, string(s))
	}
	return names
}

// listTransfers answers a page of the transfers.
func (a *Service) listTransfers(w http.ResponseWriter, r *http.Request) error {
	in := r.URL.Query()
	q := send.TransferQuery{Status: send.Status(in.Get("status")), After: in.Get("after"), Limit: transfersPage}
	if q.Status != "" && !slices.Contains(send.Standings, q.Status) {
		return send.Fail(send.Invalid, "status must be one of %s", strings.Join(standings(), ", "))
	}
	if in.Has("limit") {
		var err error
		if q.Limit, err = strconv.Atoi(in.Get("limit")); err != nil || q.Limit < 1 || q.Limit > maxTransfersPage {
			return send.Fail(send.Invalid, "limit must be a whole number from 1 to %d", maxTransfersPage)
		}
	}
	ids, err := a.tokenIDs(r.Context())
	if err != nil {
		return err
	}
	if in.Has("token") {
		id := strings.ReplaceAll(in.Get("token"), "-", "") // as cache_id is written
		if !tokenIDForm.MatchString(id) {
			return send.Fail(send.Invalid, "token must be the ID of one, or its first 6 characters or more")
		}
		q.Token = func(hash string) bool { return hash != "" && strings.HasPrefix(ids.Of(hash), id) }
	}
	page, err := a.transfers.List(r.Context(), q)
	if err != nil {
		return err
	}
	answer := wire.ListTransfersReply{Transfers: make([]wire.TransferOverview, len(page.Transfers)), After: page.After}
	for i, t := range page.Transfers {
		answer.Transfers[i] = a.overviewOf(t, ids)
	}
	web.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// transferID returns the ID of the transfer in the request's path.
func transferID(r *http.Request) (string, error) {
	return send.CleanName(mux.Vars(r)[wire.TransferID.Name])
}

func (a *Service) showTransfer(w http.ResponseWriter, r *http.Request) error {
	id, err := transferID(r)
	if err != nil {
		return err
	}
	t, err := a.transfers.Info(r.Context(), id)
	if err != nil {
		return err
	}
	return a.writeOverview(w, r, t)
}

func (a *Service) writeOverview(w http.ResponseWriter, r *http.Request, t send.Transfer) error {
	ids, err := a.tokenIDs(r.Context())
	if err != nil {
		return err
	}
	web.WriteJSON(w, http.StatusOK, a.overviewOf(t, ids))
	return nil
}

// takeDownTransfer ends a transfer, and keeps in the trail why. Its bytes the user
// service removes, when it is asked about it: now, where its address is known.
func (a *Service) takeDownTransfer(w http.ResponseWriter, r *http.Request) error {
	id, err := transferID(r)
	if err != nil {
		return err
	}
	var in wire.TakeDownTransferRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if in.Reason, err = audit.CleanReason(in.Reason); err != nil {
		return err
	}
	if in.Reason == "" {
		return send.Fail(send.Invalid, "reason is required: it is kept in the audit trail")
	}
	t, first, err := a.transfers.TakeDown(r.Context(), id)
	if first || err != nil && send.CodeOf(err) != send.NotFound {
		e := a.event(r, audit.TransferTakenDown)
		e.Transfer, e.Token, e.Reason = id, t.Token(), in.Reason
		a.outbox.Put(r.Context(), e.Result(err))
	}
	if err != nil {
		return err
	}
	if !t.Erased && a.askUser(r.Context(), wire.TransferInfo.To(id), &wire.TransferInfoReply{}) == nil {
		if now, err := a.transfers.Info(r.Context(), id); err == nil {
			t = now
		}
	}
	return a.writeOverview(w, r, t)
}
