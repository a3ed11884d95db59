// Package dynamo keeps the ledger in a DynamoDB table.
//
// The table has the attributes that [table] names. Every condition is decided by
// DynamoDB in the write itself: nothing is read first, and nothing afterwards but for a spend
// with Once, of which DynamoDB does not return the outcome.
package dynamo

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/internal/lazy"
	"sgraph.ai/send/shared/send"
)

// Ledger is a [send.Ledger] in a table.
//
// Every write carries an identifier of its own, which the item keeps. Where the
// SDK repeats a request whose answer was lost, the condition fails on the item
// that the first one wrote, and the identifier tells it from somebody else's: a
// write is never taken for a conflict with itself, nor is a spend booked twice.
//
// Expires is kept to the millisecond and Purge to the second, never sooner than
// asked. Unavailable is also what a missing table or permission comes out as,
// and what is left of a spend that too many others got in the way of.
type Ledger struct {
	// Now says which records are purged. It may be set before first use.
	Now func() time.Time

	name   string // of the table
	client *lazy.Value[*dynamodb.Client]
}

var _ send.Ledger = (*Ledger)(nil)

// New returns the ledger in the table of that name. It asks nobody and reads nothing: load is
// called when the ledger is first used, and again later if it failed. Options
// have the last word on how the table is reached.
func New(
	name string, load func(context.Context) (aws.Config, error), options ...func(*dynamodb.Options),
) *Ledger {
	return &Ledger{
		Now:  time.Now,
		name: name,
		client: lazy.New(func(ctx context.Context) (*dynamodb.Client, error) {
			cfg, err := load(ctx)
			if err != nil {
				return nil, err
			}
			return dynamodb.NewFromConfig(cfg, append([]func(*dynamodb.Options){retryConflicts}, options...)...), nil
		}),
	}
}

// Get implements [send.Ledger].
func (l *Ledger) Get(ctx context.Context, key send.Key) (send.Record, error) {
	c, err := l.client.Get(ctx)
	if err != nil {
		return send.Record{}, failed(err)
	}
	out, err := c.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &l.name, Key: itemKey(key), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return send.Record{}, failed(err)
	}
	return kept(out.Item, l.Now())
}

// Create implements [send.Ledger].
func (l *Ledger) Create(ctx context.Context, r send.Record) error {
	r.Version = 1
	return l.put(ctx, r, isFree, values{":sec": seconds(l.Now())},
		"the record is there already")
}

// Replace implements [send.Ledger].
func (l *Ledger) Replace(ctx context.Context, r send.Record) error {
	was := r.Version
	r.Version++
	return l.put(ctx, r, isVersion, values{":v": number(was), ":sec": seconds(l.Now())},
		"the record was changed meanwhile")
}

// put writes a whole item where the condition holds.
func (l *Ledger) put(ctx context.Context, r send.Record, condition string, v values, refused string) error {
	c, err := l.client.Get(ctx)
	if err != nil {
		return failed(err)
	}
	id := newWriteID()
	_, err = c.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &l.name, Item: item(r, id),
		ConditionExpression: &condition, ExpressionAttributeNames: ttlName, ExpressionAttributeValues: v,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if refusal, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok {
		if id.wrote(refusal.Item) {
			return nil
		}
		return send.Because(send.Conflict, err, "%s", refused)
	}
	return failed(err)
}

// Delete implements [send.Ledger].
func (l *Ledger) Delete(ctx context.Context, key send.Key, version int64) error {
	c, err := l.client.Get(ctx)
	if err != nil {
		return failed(err)
	}
	_, err = c.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &l.name, Key: itemKey(key),
		ConditionExpression:      aws.String(isDeletable),
		ExpressionAttributeNames: ttlName, ExpressionAttributeValues: values{":v": number(version), ":sec": seconds(l.Now())},
	})
	if _, refused := errors.AsType[*types.ConditionalCheckFailedException](err); refused {
		return send.Because(send.Conflict, err, "the record was changed meanwhile")
	}
	return failed(err)
}

// List implements [send.Ledger].
func (l *Ledger) List(ctx context.Context, set, after string, limit int) ([]send.Record, error) {
	if limit <= 0 {
		return nil, nil
	}
	c, err := l.client.Get(ctx)
	if err != nil {
		return nil, failed(err)
	}
	in := &dynamodb.QueryInput{
		TableName: &l.name, ConsistentRead: aws.Bool(true), Limit: aws.Int32(int32(min(limit, 1000))),
		KeyConditionExpression:    aws.String(table.PartitionKey + " = :set"),
		FilterExpression:          aws.String(isLive),
		ExpressionAttributeNames:  ttlName,
		ExpressionAttributeValues: values{":set": text(set), ":sec": seconds(l.Now())},
	}
	if after != "" { // no key is empty, so there is no comparing with ""
		*in.KeyConditionExpression += " AND " + table.SortKey + " > :after"
		in.ExpressionAttributeValues[":after"] = text(after)
	}
	var rs []send.Record
	for {
		out, err := c.Query(ctx, in)
		if err != nil {
			return nil, failed(err)
		}
		for _, it := range out.Items {
			r, err := record(it)
			if err != nil {
				return nil, err
			}
			if rs = append(rs, r); len(rs) == limit {
				return rs, nil
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return rs, nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Sweep implements [send.Sweeper]: the table forgets by its time-to-live.
func (l *Ledger) Sweep(context.Context, time.Time) (int, error) { return 0, nil }

// isPurged and isLive hold for an item that may be forgotten, and for one that
// may not: DynamoDB itself may take days to forget it. isFree holds where an item
// may be created, isVersion and isDeletable where version :v may be replaced and deleted.
const (
	isAbsent    = "attribute_not_exists(" + table.PartitionKey + ")"
	isFree      = isAbsent + " OR " + isPurged
	isPurged    = "#ttl <= :sec" // false where there is no ttl
	isLive      = "(attribute_not_exists(#ttl) OR #ttl > :sec)"
	isVersion   = "v = :v AND " + isLive
	isDeletable = isAbsent + " OR v = :v OR " + isPurged
)

// ttlName is there because "ttl" is a reserved word.
var ttlName = map[string]string{"#ttl": table.TimeToLive}

type values = map[string]types.AttributeValue

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n int64) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

func seconds(t time.Time) types.AttributeValue { return number(t.Unix()) }
