package admin_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/dynamo"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/dynamolocal"
	"sgraph.ai/send/shared/test/moto"
	"sgraph.ai/send/shared/wire"
)

const stackQA = "stack qa"

// keepSecrets asks as a deploy does, and returns what it is told.
func (g *rig) keepSecrets(in wire.KeepSecrets) (string, error) {
	g.t.Helper()
	event, err := json.Marshal(wire.Deployment{KeepSecrets: &in})
	if err != nil {
		g.t.Fatal(err)
	}
	reply, err := g.handler.Deployed(g.t.Context(), event)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(reply)
	if err != nil {
		g.t.Fatal(err)
	}
	var out struct{ Origin string }
	if err := json.Unmarshal(text, &out); err != nil || len(out.Origin) < 43 {
		g.t.Fatalf("the reply is %s, %v", text, err)
	}
	return out.Origin, nil
}

func (g *rig) shared(of send.Shared) send.Slots {
	g.t.Helper()
	v, err := of.Read(g.t.Context(), g.settings.Ledger)
	if err != nil {
		g.t.Fatal(err)
	}
	return v
}

// activeOf returns the names of the active tokens of a creator.
func (g *rig) activeOf(by string) (names []string) {
	g.t.Helper()
	var list wire.ListTokenDetailsReply
	if err := json.Unmarshal([]byte(text(g.t, g.get(wire.ListTokenDetails.Path()))), &list); err != nil {
		g.t.Fatal(err)
	}
	for _, t := range list.Tokens {
		if t.CreatedBy == by && t.Status == send.TokenActive {
			if t.UsageLimit != 0 {
				g.t.Errorf("a token of %s has the limit %d", by, t.UsageLimit)
			}
			names = append(names, t.TokenName)
		}
	}
	return names
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

// onEachLedger runs a test where the ledger is a file, and where it is a table.
func onEachLedger(t *testing.T, test func(t *testing.T, g *rig)) {
	t.Run("bolt", func(t *testing.T) { t.Parallel(); test(t, newRig(t)) })
	t.Run("DynamoDB Local", func(t *testing.T) {
		t.Parallel()
		table, load := dynamolocal.Table(t), dynamolocal.Load(t)
		test(t, newRig(t, func(s *admin.Settings) { s.Ledger = dynamo.New(table, load) }))
	})
	t.Run("Moto", func(t *testing.T) {
		t.Parallel()
		table, load := moto.Table(t), moto.Load(t)
		test(t, newRig(t, func(s *admin.Settings) { s.Ledger = dynamo.New(table, load) }))
	})
}

func TestADeployKeepsTheSecretsOfItsMachines(t *testing.T) {
	t.Parallel()
	onEachLedger(t, func(t *testing.T, g *rig) {
		g.post(wire.CreateToken.Path(), `{"token_name":"someone","usage_limit":0}`)
		g.post(wire.CreateToken.Path(), `{"token_name":"prods","created_by":"stack prod","usage_limit":0}`)
		g.post(wire.CreateToken.Path(), `{"token_name":"of-an-older-version","created_by":"stack qa","usage_limit":0}`)
		deploy := func(generation int) string {
			t.Helper()
			origin, err := g.keepSecrets(wire.KeepSecrets{Generation: generation, Canary: true, CreatedBy: stackQA})
			if err != nil {
				t.Fatal(err)
			}
			if kept := g.shared(send.SharedOrigin); origin != kept.Current {
				t.Errorf("the front is to show %q, and %q is kept", origin, kept.Current)
			}
			if active, kept := g.activeOf(stackQA), g.shared(send.SharedCanary); len(active) != 1 || active[0] != kept.Current {
				t.Errorf("active are %q, and the canary reads %+v", active, kept)
			}
			return origin
		}
		first := deploy(1)
		service, token := g.shared(send.SharedService), g.shared(send.SharedCanary).Current
		next := g.shared(send.SharedOrigin).Next
		if again := deploy(1); again != first || g.shared(send.SharedCanary).Current != token {
			t.Error("the same deploy again changes what there is")
		}

		// Somebody lowered and revoked it: the deploy has it as it was.
		g.post(wire.UpdateTokenLimit.To(token), `{"usage_limit":1}`)
		g.post(wire.RevokeToken.To(token), `{}`)
		deploy(1)

		second := deploy(2)
		if second != next || g.shared(send.SharedOrigin).Previous != first {
			t.Error("the next is not what the front shows after a change")
		}
		if got := g.shared(send.SharedService); got.Previous != service.Current || got.Current != service.Next {
			t.Errorf("the service key was %+v and is %+v", service, got)
		}
		if got := g.shared(send.SharedCanary); got.Current == token || got.Previous != token || got.Generation != 2 {
			t.Errorf("the canary's token was %s and is %+v", token, got)
		}
		if back := deploy(1); back != second {
			t.Error("the stack before changes what there is")
		}
		for _, name := range []string{"someone", "prods"} {
			if got, _ := g.status(name); got != send.TokenActive {
				t.Errorf("the token %s, which is none of the deploy's, is %s", name, got)
			}
		}

		// Without a canary there is no token of one; and with one again, another.
		last := g.shared(send.SharedCanary).Current
		for range 2 {
			origin, err := g.keepSecrets(wire.KeepSecrets{Generation: 2, CreatedBy: stackQA})
			if err != nil || origin != second {
				t.Errorf("without a canary: %v", err)
			}
		}
		if active := g.activeOf(stackQA); len(active) != 0 {
			t.Errorf("active are %q, and there is no canary", active)
		}
		deploy(2)
		if got := g.shared(send.SharedCanary).Current; got == last {
			t.Error("a token that was revoked is another's")
		}
	})
}

// Deploys that run at once, of one generation as of several, change everything
// once each, and in the end one token is active: the one that the canary reads.
func TestDeploysAtOnce(t *testing.T) {
	t.Parallel()
	onEachLedger(t, func(t *testing.T, g *rig) {
		for round := range 4 {
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					in := wire.KeepSecrets{Generation: 2*round + 1 + i%2, Canary: true, CreatedBy: stackQA}
					if _, err := g.keepSecrets(in); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			kept := g.shared(send.SharedCanary)
			if active := g.activeOf(stackQA); len(active) != 1 || active[0] != kept.Current {
				t.Fatalf("active are %q, and the canary reads %+v", active, kept)
			}
			for _, of := range []send.Shared{send.SharedOrigin, send.SharedService, send.SharedCanary} {
				if got := g.shared(of).Generation; got != 2*round+2 {
					t.Errorf("%s is of generation %d, want %d", of, got, 2*round+2)
				}
			}
		}
	})
}

// spendingLedger says, at each write, whether the token that the canary reads can
// be used.
type spendingLedger struct {
	send.Ledger
	t *testing.T
}

func (l spendingLedger) Replace(ctx context.Context, r send.Record) error {
	err := l.Ledger.Replace(ctx, r)
	if kept, failed := send.SharedCanary.Read(ctx, l.Ledger); failed == nil {
		token, failed := l.Get(ctx, send.Key{Set: send.TokenSet, ID: send.TokenHash(kept.Current)})
		if failed != nil || token.State != string(send.TokenActive) {
			l.t.Errorf("after a write to %s the canary's token is %q, %v", r.Key.Set, token.State, failed)
		}
	}
	return err
}

func TestTheCanaryIsRefusedAtNoMoment(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	g = g.again(func(s *admin.Settings) { s.Ledger = spendingLedger{s.Ledger, t} })
	for generation := range 4 {
		in := wire.KeepSecrets{Generation: generation + 1, Canary: true, CreatedBy: stackQA}
		if _, err := g.keepSecrets(in); err != nil {
			t.Fatal(err)
		}
	}
}

// A person may have removed what a ledger had, or made what is not the deploy's.
func TestADeployMakesWhatIsMissing(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	in := wire.KeepSecrets{Generation: 1, Canary: true, CreatedBy: stackQA}
	if _, err := g.keepSecrets(in); err != nil {
		t.Fatal(err)
	}
	name := g.shared(send.SharedCanary).Current
	r, err := g.ledger.Get(t.Context(), send.Key{Set: send.TokenSet, ID: send.TokenHash(name)})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.ledger.Delete(t.Context(), r.Key, r.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := g.keepSecrets(in); err != nil {
		t.Fatal(err)
	}
	if active := g.activeOf(stackQA); len(active) != 1 || active[0] != name {
		t.Errorf("active are %q, and the canary reads %s", active, name)
	}
	in.CreatedBy = "stack prod"
	if _, err := g.keepSecrets(in); err == nil || !strings.Contains(err.Error(), "not created by") {
		t.Errorf("another's token becomes this stack's: %v", err)
	}
}

func TestADeployIsToldThatSecretsCannotBeKept(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	for _, in := range []wire.KeepSecrets{
		{}, {Generation: 1}, {CreatedBy: stackQA}, {Generation: -1, CreatedBy: stackQA},
	} {
		if _, err := g.keepSecrets(in); send.CodeOf(err) != send.Invalid {
			t.Errorf("%+v: %v", in, err)
		}
	}
	for _, event := range []string{`{}`, `[]`, `null`, `{"source":"aws.events"}`, `{"keep_secrets":{"generation":"1"}}`} {
		if _, err := g.handler.Deployed(t.Context(), json.RawMessage(event)); err == nil {
			t.Errorf("%s is taken for done", event)
		}
	}
	g.ledger.setAway(true)
	if _, err := g.keepSecrets(wire.KeepSecrets{Generation: 1, CreatedBy: stackQA}); send.CodeOf(err) != send.Unavailable {
		t.Errorf("without a ledger it says %v", err)
	}
}

// The trail tells of the canary's tokens, and neither it nor the log tells what
// they are, or anything else that was made.
func TestWhatADeployMakesIsToldNowhere(t *testing.T) {
	t.Parallel()
	g := newRig(t)
	secrets := map[string]string{}
	for generation := range 2 {
		in := wire.KeepSecrets{Generation: generation + 1, Canary: true, CreatedBy: stackQA}
		if _, err := g.keepSecrets(in); err != nil {
			t.Fatal(err)
		}
		for _, of := range []send.Shared{send.SharedOrigin, send.SharedService, send.SharedCanary} {
			for _, value := range g.shared(of).Accepted() {
				secrets[value] = string(of)
			}
		}
	}
	g.handler.Flush()
	trail := g.store.all()
	for _, kind := range []audit.Kind{audit.TokenCreated, audit.TokenRevoked} {
		if !strings.Contains(trail, string(kind)) {
			t.Errorf("the trail has no %s:\n%s", kind, trail)
		}
	}
	for value, of := range secrets {
		if strings.Contains(trail+g.log.String(), value) {
			t.Errorf("the secret %s is told", of)
		}
	}
}
