package main

import (
	"slices"
	"strings"
	"testing"

	"sgraph.ai/send/shared/wire"
)

func TestRequestsAreNotLoggedAtTheEdgeUnlessAskedFor(t *testing.T) {
	each(t, func(t *testing.T, stack string, g *graph) {
		for _, d := range g.resources {
			if strings.HasPrefix(d.Type, "aws:cloudwatch/logDelivery") || d.Name == "access" {
				t.Errorf("%s logs requests", d.Name)
			}
		}
	})
}

func TestAccessLogHasAddressesForDaysAndNeverASecret(t *testing.T) {
	t.Parallel()
	g := record(t, "qa", map[string]string{"sgraph-send:accessLogDays": "5"})
	group := g.with(t, "aws:cloudwatch/logGroup:LogGroup", "name", "/aws/vendedlogs/sgraph-send-access-qa")
	if group.text("retentionInDays") != "5" {
		t.Errorf("it is kept for %s days", group.text("retentionInDays"))
	}
	to := g.named(t, "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "access")
	got := to.text("deliveryDestinationConfiguration", "destinationResourceArn")
	if !strings.HasSuffix(got, group.text("name")) {
		t.Errorf("it goes to %s", got)
	}
	for _, service := range []string{"user", "admin"} {
		from := g.named(t, "aws:cloudwatch/logDeliverySource:LogDeliverySource", service+"-access")
		arn := "arn:aws:cloudfront::" + testAccount + ":distribution/" + service
		if from.text("resourceArn") != arn || from.text("logType") != "ACCESS_LOGS" {
			t.Errorf("%s: logged is %s of %s", service, from.text("logType"), from.text("resourceArn"))
		}
		delivery := g.named(t, "aws:cloudwatch/logDelivery:LogDelivery", service+"-access")
		if delivery.text("deliverySourceName") != from.text("name") {
			t.Errorf("%s: delivered is %s", service, delivery.text("deliverySourceName"))
		}
		var fields []string
		for _, f := range delivery.list("recordFields") {
			fields = append(fields, plain(f).StringValue())
		}
		if !slices.Contains(fields, "c-ip") {
			t.Errorf("%s: addresses are not logged: %v", service, fields)
		}
		secret := map[string]bool{
			"cs-uri-stem":  len(wire.SecretParameters(wire.InPath)) > 0,
			"cs-uri-query": len(wire.SecretParameters(wire.InQuery)) > 0,
			"cs(Cookie)":   true, "cs(Referer)": true, "cs-headers": true,
		}
		for _, f := range fields {
			if secret[f] {
				t.Errorf("%s: %s is logged, where a secret can stand", service, f)
			}
		}
	}
}
