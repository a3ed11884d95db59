package admin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
)

func (g *rig) deployed(name string) (wire.KeepTokenReply, error) {
	g.t.Helper()
	event, err := json.Marshal(wire.Deployment{KeepToken: &wire.KeepToken{TokenName: name, CreatedBy: "stack qa"}})
	if err != nil {
		g.t.Fatal(err)
	}
	reply, err := g.handler.Deployed(g.t.Context(), event)
	if err != nil {
		return wire.KeepTokenReply{}, err
	}
	return reply.(wire.KeepTokenReply), nil
}

// status is how a token stands, and how many uses it allows.
func (g *rig) status(name string) (send.TokenStatus, int64) {
	g.t.Helper()
	var token wire.Token
	if err := json.Unmarshal([]byte(text(g.t, g.get(wire.LookupToken.To(name)))), &token); err != nil {
		g.t.Fatal(err)
	}
	return token.Status, token.UsageLimit
}

func TestADeployHasOneTokenOfItsOwn(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	create := func(name, by string) {
		g.post(wire.CreateToken.Path(), `{"token_name":"`+name+`","created_by":"`+by+`"}`)
	}
	create("someone", "admin")
	create("other-stack", "stack prod")

	want := func(step string, got wire.KeepTokenReply, err error, want wire.KeepTokenReply) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", step, got, err, want)
		}
	}
	reply, err := g.deployed("first")
	want("the first deploy", reply, err, wire.KeepTokenReply{Created: true})
	reply, err = g.deployed("first")
	want("the same again", reply, err, wire.KeepTokenReply{})

	// Somebody lowered and revoked it: the deploy has it as it was.
	g.post(wire.UpdateTokenLimit.To("first"), `{"usage_limit":1}`)
	g.post(wire.RevokeToken.To("first"), `{}`)
	reply, err = g.deployed("first")
	want("after a person", reply, err, wire.KeepTokenReply{})
	if status, limit := g.status("first"); status != send.TokenActive || limit != 0 {
		t.Errorf("it is %s, with a limit of %d", status, limit)
	}

	reply, err = g.deployed("second")
	want("with another key", reply, err, wire.KeepTokenReply{Created: true, Revoked: 1})
	for name, want := range map[string]send.TokenStatus{
		"first": send.TokenRevoked, "second": send.TokenActive, "someone": send.TokenActive, "other-stack": send.TokenActive,
	} {
		if got, _ := g.status(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	// And back: a rollback of the key has its token again.
	reply, err = g.deployed("first")
	want("with the key before", reply, err, wire.KeepTokenReply{Revoked: 1})
}

func TestADeployIsToldWhatFailed(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g.post(wire.CreateToken.Path(), `{"token_name":"taken"}`)
	if _, err := g.deployed("taken"); err == nil || !strings.Contains(err.Error(), "not created by") {
		t.Errorf("a person's token becomes the stack's: %v", err)
	}
	for _, event := range []string{
		`{}`, `[]`, `{"source":"aws.events"}`, `{"keep_token":{"token_name":"a"}}`,
		`{"keep_token":{"created_by":"stack qa"}}`,
	} {
		if _, err := g.handler.Deployed(t.Context(), json.RawMessage(event)); err == nil {
			t.Errorf("%s is taken for done", event)
		}
	}
	g.ledger.setAway(true)
	if _, err := g.deployed("first"); send.CodeOf(err) != send.Unavailable {
		t.Errorf("without a ledger it says %v", err)
	}
}
