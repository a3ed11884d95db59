package admin

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gorilla/mux"

	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/web"
	"sgraph.ai/send/shared/wire"
)

func (a *Service) tokenRoutes(r *mux.Router) {
	web.Bind(r, wire.CreateToken, web.Handle(a.createToken))
	web.Bind(r, wire.RevokeToken, web.Handle(a.revokeToken))
	web.Bind(r, wire.ReactivateToken, web.Handle(a.reactivateToken))
	web.Bind(r, wire.UpdateTokenLimit, web.Handle(a.updateLimit))
	web.Bind(r, wire.ListTokens, web.Handle(a.listTokens))
	web.Bind(r, wire.ListTokenDetails, web.Handle(a.listTokenDetails))
}

// recordOf is a token as clients read it.
func recordOf(t send.Token) wire.Token {
	if t.Metadata == nil {
		t.Metadata = map[string]any{}
	}
	return wire.Token{
		TokenName:  t.Name,
		UsageLimit: t.UsageLimit,
		UsageCount: t.UsageCount,
		Status:     t.Status,
		CreatedBy:  t.CreatedBy,
		Metadata:   t.Metadata,
	}
}

// detailsOf is a token as the console shows it.
func (a *Service) detailsOf(t send.Token, ids send.TokenIDs) wire.TokenDetails {
	return wire.TokenDetails{
		Token: recordOf(t), CacheID: cacheID(ids.Of(t.Hash)), CreatedAt: t.CreatedAt, Remaining: t.Remaining(),
		InviteURL: wire.Invite(a.set.PublicURL, t.Name),
	}
}

// cacheID gives a token's ID the form of the GUID that existing clients expect.
func cacheID(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// nameOf returns the token name in the request's path.
func nameOf(r *http.Request) (string, error) {
	return cleanName(mux.Vars(r)[wire.TokenName.Name])
}

func cleanName(s string) (string, error) {
	name, err := send.CleanName(s)
	if err == nil && name == "" {
		err = send.Fail(send.Invalid, "token_name is required")
	}
	return name, err
}

func (a *Service) createToken(w http.ResponseWriter, r *http.Request) error {
	in := wire.CreateTokenRequest{UsageLimit: send.DefaultUsageLimit, CreatedBy: "admin"}
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	name := send.RandomToken()
	if in.TokenName != "" {
		var err error
		if name, err = cleanName(in.TokenName); err != nil {
			return err
		}
	}
	ids, err := a.tokenIDs(r.Context())
	if err != nil {
		return err
	}
	t, err := a.tokens.Create(r.Context(), send.NewToken{
		Name: name, UsageLimit: in.UsageLimit, CreatedBy: in.CreatedBy, Metadata: in.Metadata,
	})
	if err != nil {
		return err
	}
	a.record(r, audit.TokenCreated, t.Hash, nil)
	web.WriteJSON(w, http.StatusOK, wire.CreateTokenReply{
		CacheID: cacheID(ids.Of(t.Hash)), TokenName: name, InviteURL: wire.Invite(a.set.PublicURL, name),
	})
	return nil
}

func (a *Service) lookupToken(w http.ResponseWriter, r *http.Request) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	t, err := a.tokens.Token(r.Context(), name)
	if err != nil {
		return err
	}
	t.Name = name
	web.WriteJSON(w, http.StatusOK, recordOf(t))
	return nil
}

// useToken spends a use, or those of a request. A completed upload is booked once,
// however often it is reported, and so is a request. A token that cannot be used is no error of the request.
func (a *Service) useToken(w http.ResponseWriter, r *http.Request) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	var in wire.UseTokenRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	var t send.Token
	var stood send.TokenStatus
	switch in.Action {
	case wire.RequestCreated:
		if in.TransferID == "" || in.Uses < 1 || in.Uses > send.MaxRequestTransfers {
			return send.Fail(send.Invalid, "transfer_id must name the request, and uses be 1 to %d", send.MaxRequestTransfers)
		}
		t, stood, err = a.book(r.Context(), name, in.TransferID, in.Uses)
	case wire.UploadCompleted:
		t, stood, err = a.use(r.Context(), name, in.TransferID)
	default:
		t, stood, err = a.use(r.Context(), name, "")
	}
	switch {
	case err != nil:
		return err
	case stood != send.TokenActive:
		web.WriteJSON(w, http.StatusOK, wire.UseTokenReply{Reason: stood})
	default:
		web.WriteJSON(w, http.StatusOK, wire.UseTokenReply{
			Success: true, TokenUsage: &wire.TokenUsage{UsageCount: t.UsageCount, Remaining: t.Remaining()},
		})
	}
	return nil
}

func (a *Service) revokeToken(w http.ResponseWriter, r *http.Request) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	var in wire.RevokeTokenRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	t, err := a.tokens.Revoke(r.Context(), name)
	if err != nil {
		return err
	}
	a.record(r, audit.TokenRevoked, t.Hash, nil)
	if in.Purge { // now that no more can be begun
		err := a.tokens.PurgePending(r.Context(), name)
		a.record(r, audit.TokenPurged, t.Hash, err)
		if err != nil {
			return err
		}
	}
	web.WriteJSON(w, http.StatusOK, wire.RevokeTokenReply{Status: t.Status, TokenName: name})
	return nil
}

func (a *Service) reactivateToken(w http.ResponseWriter, r *http.Request) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	t, err := a.tokens.Reactivate(r.Context(), name)
	if err != nil {
		return err
	}
	a.record(r, audit.TokenReactivated, t.Hash, nil)
	t.Name = name
	web.WriteJSON(w, http.StatusOK, recordOf(t))
	return nil
}

func (a *Service) updateLimit(w http.ResponseWriter, r *http.Request) error {
	name, err := nameOf(r)
	if err != nil {
		return err
	}
	var in wire.UpdateTokenLimitRequest
	if err := web.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if in.UsageLimit == nil {
		return send.Fail(send.Invalid, "usage_limit is required")
	}
	t, err := a.tokens.UpdateLimit(r.Context(), name, *in.UsageLimit)
	if err != nil {
		return err
	}
	a.record(r, audit.TokenLimitChanged, t.Hash, nil)
	t.Name = name
	web.WriteJSON(w, http.StatusOK, recordOf(t))
	return nil
}

// listTokens answers in both spellings: names, and the storage keys from which
// older consoles read the names.
func (a *Service) listTokens(w http.ResponseWriter, r *http.Request) error {
	all, err := a.tokens.List(r.Context())
	if err != nil {
		return err
	}
	names, files := []string{}, []string{}
	for _, t := range all {
		if t.Name != "" {
			names = append(names, t.Name)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		files = append(files, "tokens/data/key-based/"+n+"/"+n+".json")
	}
	web.WriteJSON(w, http.StatusOK, wire.ListTokensReply{TokenNames: names, Files: files})
	return nil
}

func (a *Service) listTokenDetails(w http.ResponseWriter, r *http.Request) error {
	all, err := a.tokens.List(r.Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(x, y send.Token) int {
		return cmp.Or(y.CreatedAt.Compare(x.CreatedAt), cmp.Compare(x.Hash, y.Hash))
	})
	ids, err := a.tokenIDs(r.Context())
	if err != nil {
		return err
	}
	details, sees := make([]wire.TokenDetails, len(all)), seesSecrets(r)
	for i, t := range all {
		if details[i] = a.detailsOf(t, ids); !sees {
			details[i].TokenName, details[i].InviteURL = "", ""
		}
	}
	web.WriteJSON(w, http.StatusOK, wire.ListTokenDetailsReply{Tokens: details})
	return nil
}
