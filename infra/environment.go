package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"sgraph.ai/send/infra/policy"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/metric"
	"sgraph.ai/send/shared/send"
	service "sgraph.ai/send/shared/settings"
)

// program is what a service is told and what it may do, whatever runs it.
type program struct {
	Environment pulumi.StringMap
	Grants      []policy.Statement
}

// adminProgram describes the admin service: tokens, audit, console.
func adminProgram(s settings.Settings, storage *Storage) program {
	made := madeForBoth(s, storage)
	made[service.CacheBucket.Env] = storage.CacheName
	made[service.UserURL.Env] = unlessEmpty(s.PublicURL())
	made[service.ServiceKey.Env] = shared(send.SharedService)
	made[service.StackName.Env] = pulumi.String(s.Names.Stack)
	made[service.AuditRetention.Env] = pulumi.Sprintf("%dd", s.AuditRetentionDays)
	env := environment(metric.Admin, s, made)
	return program{
		Environment: env,
		Grants: slices.Concat(auditAccess(storage.CacheName), []policy.Statement{
			ledgerAccess(storage.Ledger.Arn, send.TokenSet, send.TokenUseSets, send.PurgeSet, send.WithdrawnSet, send.SessionSet,
				send.WindowSets, send.SaltSet, audit.ChainSets, audit.QueueSets),
			rootAccess(storage.Ledger.Arn, metric.Admin),
		}, overviewAccess(storage.Ledger.Arn), keepingAccess(storage.Ledger.Arn), stackAccess(s),
			parameterAccess(s.Names, parameters(s, env))),
	}
}

// userProgram describes the user service: sending and receiving. It asks the
// stack's admin service at the address, unless it is to ask another.
func userProgram(s settings.Settings, storage *Storage, admin pulumi.StringInput) program {
	made := madeForBoth(s, storage)
	made[service.TransfersBucket.Env] = storage.Transfers.Name
	own := s.Secrets.Of(service.AdminURL.Env) == ""
	var shows []send.Shared // and is shown
	if s.CloudFront() {
		shows = append(shows, send.SharedOrigin)
	}
	if own {
		made[service.AdminURL.Env] = admin
		made[service.ServiceKey.Env] = shared(send.SharedService)
		shows = append(shows, send.SharedService)
	}
	env := environment(metric.User, s, made)
	if own { // it has a key of its own, that opens less
		delete(env, service.AdminKeyName.Env)
		delete(env, service.AdminKeyValue.Env)
	}
	grants := append(transfersAccess(storage.Transfers.Name),
		ledgerAccess(storage.Ledger.Arn, send.TransferSets, send.LabelSets, send.ClaimSets, send.ReservedSets,
			send.DueSets, send.PurgeSet, send.RequestSets, send.ArrivedSets, send.WindowSets, send.SaltSet,
			audit.QueueSets+metric.User, audit.QueueSets+metric.User+"/"),
		rootAccess(storage.Ledger.Arn, metric.User),
		readAccess(storage.Ledger.Arn, send.WithdrawnSet))
	if len(shows) > 0 {
		grants = append(grants, readAccess(storage.Ledger.Arn, setsOf(shows)...))
	}
	return program{Environment: env, Grants: append(grants, parameterAccess(s.Names, parameters(s, env))...)}
}

// userFunction is that program as a function: what comes by its alias next asks the
// admin service at the same, so that what is tried there is what will be live together.
func userFunction(s settings.Settings, storage *Storage, admin *Service) program {
	p := userProgram(s, storage, admin.URL)
	if _, own := p.Environment[service.ServiceKey.Env]; own {
		p.Environment[service.AdminNextURL.Env] = admin.NextURL
	}
	return p
}

// onServer is a program where no function runs it: told whom to believe who asks,
// and what a function would be invoked for.
func onServer(s settings.Settings, name string, p program) program {
	env := maps.Clone(p.Environment)
	for variable, value := range map[string]string{
		"AWS_REGION":               s.Region,
		service.TLS.Env:            "true",
		service.EmbedMetrics.Env:   "true",
		service.TrustedProxies.Env: strings.Join(subnetRanges(), ","),
	} {
		env[variable] = pulumi.String(value)
	}
	if name == metric.Admin {
		env[service.Deployment.Env] = pulumi.String(deployment(s))
	}
	return program{Environment: env, Grants: p.Grants}
}

// canaryProgram describes the canary, which is told where people go, where its token
// is, and where a version is tried before.
func canaryProgram(s settings.Settings, storage *Storage, site *Site) program {
	made, reads := pulumi.StringMap{
		service.CanaryURL.Env:   site.UserURL,
		service.CanaryToken.Env: shared(send.SharedCanary),
		service.LedgerTable.Env: storage.Ledger.Name,
	}, []send.Shared{send.SharedCanary}
	if s.Compute == settings.Lambda {
		made[service.CanaryNextURL.Env] = site.NextURL
	}
	if s.CloudFront() { // which is not before the alias next
		made[service.OriginSecrets.Env] = shared(send.SharedOrigin)
		reads = append(reads, send.SharedOrigin)
	}
	return program{
		Environment: environment(metric.Canary, s, made),
		Grants:      []policy.Statement{readAccess(storage.Ledger.Arn, setsOf(reads)...)},
	}
}

// madeForBoth is what both services are told of what the program knows or made.
// Two of the secrets are for both whether they read them or not.
func madeForBoth(s settings.Settings, storage *Storage) pulumi.StringMap {
	made := pulumi.StringMap{
		service.StorageMode.Env:     pulumi.String(service.S3),
		service.LedgerTable.Env:     storage.Ledger.Name,
		service.APIKeyName.Env:      secretString(s.Secrets.Of(service.APIKeyName.Env)),
		service.CacheServiceURL.Env: secretString(s.Secrets.Of(service.CacheServiceURL.Env)),
		service.PublicURL.Env:       unlessEmpty(s.PublicURL()),
	}
	if s.CloudFront() {
		made[service.OriginSecrets.Env] = shared(send.SharedOrigin)
	}
	return made
}

// environment is what a service is told: what the program made, and of all that
// the service reads what the stack file and the secrets say.
func environment(reader string, s settings.Settings, made pulumi.StringMap) pulumi.StringMap {
	env := pulumi.StringMap{}
	for _, e := range service.Table() {
		if text := s.Told[e.Env]; e.ReadBy(reader) && text != "" {
			env[e.Env] = pulumi.String(text)
		}
		if text := s.Secrets.Of(e.Env); e.ReadBy(reader) && text != "" {
			env[e.Env] = secretString(text)
			if _, is := s.Secrets.Reference(e.Env); is {
				env[e.Env] = pulumi.String(text)
			}
		}
	}
	for name, value := range made {
		// Lambda drops empty variables, which would show up as a change in
		// every preview.
		if value != nil {
			env[name] = value
		}
	}
	return env
}

// shared refers to a secret that the ledger keeps.
func shared(secret send.Shared) pulumi.StringInput {
	return pulumi.String(service.LedgerReference(secret).String())
}

// parameters are those that a function is told to read its secrets from.
func parameters(s settings.Settings, env pulumi.StringMap) (names []string) {
	for _, e := range service.Table() {
		ref, is := s.Secrets.Reference(e.Env)
		if _, told := env[e.Env]; told && is {
			names = append(names, ref.Name)
		}
	}
	return names
}

// warnOfValues says which secrets a function is told as they are, where a name would
// do. A stack without them is what the documentation leads to.
func warnOfValues(ctx *pulumi.Context, s settings.Settings) error {
	for _, variable := range s.ToldValues() {
		err := ctx.Log.Warn(fmt.Sprintf("%s is a value, which stands in a function's environment, and encrypted in the "+
			"state: whoever may preview the stack can read it. Let it be a reference (docs/secrets.md)", variable), nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// breaksPages says whether two versions answer at once at addresses that have nothing
// in front.
func breaksPages(s settings.Settings) bool {
	return s.Compute == settings.Lambda && !s.CloudFront() && !s.Traffic.AtOnce()
}

// warnOfSteps says what people meet then.
func warnOfSteps(ctx *pulumi.Context, s settings.Settings) error {
	if !breaksPages(s) {
		return nil
	}
	return ctx.Log.Warn("setting trafficSteps has two versions answer at once, and without edge: true what a page of one "+
		"is made of may be asked of the other, which does not have it: such a page does not work until it is loaded "+
		"again. Set trafficSteps to 100, or edge to true", nil)
}

// unlessEmpty is a value, or none where it is empty.
func unlessEmpty(text string) pulumi.StringInput {
	if text == "" {
		return nil
	}
	return pulumi.String(text)
}
