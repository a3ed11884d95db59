package dynamo

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/send"
)

// Spend implements [send.Ledger]. What is purged is decided by s.Now.
func (l *Ledger) Spend(ctx context.Context, key send.Key, s send.Spend) (send.Record, error) {
	c, err := l.client.Get(ctx)
	if err != nil {
		return send.Record{}, failed(err)
	}
	switch {
	case s.Once != nil:
		return l.spendOnce(ctx, c, key, s)
	case s.Open != nil:
		return l.spendOpen(ctx, c, key, s)
	}
	return l.update(ctx, c, key, s, spending(s, newWriteID()))
}

// update runs an update that spends, and reads the outcome from its answer.
func (l *Ledger) update(
	ctx context.Context, c *dynamodb.Client, key send.Key, s send.Spend, u update,
) (send.Record, error) {
	out, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &l.name, Key: itemKey(key),
		UpdateExpression: &u.set, ConditionExpression: &u.condition,
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	refusal, refused := errors.AsType[*types.ConditionalCheckFailedException](err)
	switch {
	case err == nil:
		return record(out.Attributes)
	case !refused:
		return send.Record{}, failed(err)
	case u.id.wrote(refusal.Item):
		return record(refusal.Item)
	}
	r, err := kept(refusal.Item, s.Now)
	if err != nil {
		return r, err
	}
	return r, send.Because(send.Conflict, refusal, "nothing to spend")
}

// spendOpen spends from the record that is kept, or begins it, in one write for
// all but rare cases: a record that is purged, or unlike Open in kind.
func (l *Ledger) spendOpen(ctx context.Context, c *dynamodb.Client, key send.Key, s send.Spend) (send.Record, error) {
	begun := *s.Open
	begun.Key, begun.Version, begun.Count = key, 0, 0
	begun, refusal := s.Apply(begun)
	for try := 0; ; try++ {
		if refusal == nil {
			r, err := l.update(ctx, c, key, s, opening(s, begun, newWriteID()))
			if code := send.CodeOf(err); code != send.NotFound && code != send.Conflict {
				return r, err
			}
			if _, err := s.Apply(r); err != nil && r.Version > 0 {
				return r, err
			}
		}
		// What is kept is purged, or lacks what Open has. The first begins
		// anew, the second is spent from as it is.
		r, err := l.update(ctx, c, key, s, spending(s, newWriteID()))
		switch {
		case send.CodeOf(err) != send.NotFound:
			return r, err
		case refusal != nil:
			return begun, refusal
		}
		err = l.put(ctx, begun, isFree, values{":sec": seconds(s.Now)}, "begun meanwhile")
		if send.CodeOf(err) != send.Conflict {
			return begun, err
		}
		if try == maxTries {
			return send.Record{}, send.Because(send.Unavailable, err, "too many changes at once; try again")
		}
		if err := pause(ctx, try); err != nil {
			return send.Record{}, err
		}
	}
}

// spendOnce spends, leaves the mark and writes what is beside it in one transaction.
func (l *Ledger) spendOnce(ctx context.Context, c *dynamodb.Client, key send.Key, s send.Spend) (send.Record, error) {
	once := *s.Once
	once.Version = 1
	id := newWriteID()
	u := spending(s, id)
	in := &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			{Update: &types.Update{
				TableName: &l.name, Key: itemKey(key),
				UpdateExpression: &u.set, ConditionExpression: &u.condition,
				ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
				ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			}},
			{Put: &types.Put{
				TableName: &l.name, Item: item(once, id),
				ConditionExpression:      aws.String(isFree),
				ExpressionAttributeNames: ttlName, ExpressionAttributeValues: values{":sec": seconds(s.Now)},
			}},
		},
	}
	for _, beside := range s.Beside {
		beside.Version = 1
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{
			Put: &types.Put{TableName: &l.name, Item: item(beside, id)},
		})
	}
	for try := 0; ; try++ {
		// By this token, which the SDK makes, DynamoDB answers a request that
		// the SDK repeats as it did the first. A new try is a new request.
		in.ClientRequestToken = nil
		_, err := c.TransactWriteItems(ctx, in)
		if err == nil {
			return l.Get(ctx, key)
		}
		refusal, refused := errors.AsType[*types.TransactionCanceledException](err)
		if !refused || len(refusal.CancellationReasons) != len(in.TransactItems) {
			return send.Record{}, failed(err)
		}
		spent, mark := refusal.CancellationReasons[0], refusal.CancellationReasons[1]
		switch {
		case conditionFailed(spent):
			r, err := kept(spent.Item, s.Now)
			if err != nil {
				return r, err
			}
			// Both conditions may fail, and only one be reported.
			if !conditionFailed(mark) {
				switch _, err := l.Get(ctx, once.Key); send.CodeOf(err) {
				case send.NotFound:
					return r, send.Because(send.Conflict, refusal, "nothing to spend")
				case "":
				default:
					return r, err
				}
			}
			return r, send.ErrRepeated
		case conditionFailed(mark):
			r, err := l.Get(ctx, key)
			if err != nil {
				return r, err
			}
			return r, send.ErrRepeated
		case !slices.ContainsFunc(refusal.CancellationReasons, passing) || try == maxTries:
			return send.Record{}, failed(err)
		}
		if err := pause(ctx, try); err != nil {
			return send.Record{}, err
		}
	}
}

func conditionFailed(r types.CancellationReason) bool {
	return aws.ToString(r.Code) == "ConditionalCheckFailed"
}

// passing says whether an item only stood in the way for a moment.
func passing(r types.CancellationReason) bool {
	switch aws.ToString(r.Code) {
	case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded":
		return true
	}
	return false
}

// update is an update of one item with its condition.
type update struct {
	set, condition string
	names          map[string]string
	values         values
	id             writeID
}

// spending takes one unit from the item that is kept, just as [send.Spend.Apply]
// says.
func spending(s send.Spend, id writeID) update {
	return update{
		set: "SET v = v + :one, cnt = cnt + :one, w = :w",
		condition: "#state = :state AND w <> :w AND " + isLive +
			" AND (attribute_not_exists(exp) OR exp > :ms)" +
			" AND (attribute_not_exists(lim) OR cnt < lim)",
		names: map[string]string{"#state": "state", "#ttl": table.TimeToLive},
		values: values{
			":one": number(1), ":w": id.value(), ":state": text(s.State),
			":sec": seconds(s.Now), ":ms": number(s.Now.UnixMilli()),
		},
		id: id,
	}
}

// opening takes one unit from the item that is kept or else makes it begun. It
// is refused where an item is kept that lacks an optional attribute of begun:
// the same expression cannot leave it absent there and set it here.
func opening(s send.Spend, begun send.Record, id writeID) update {
	u := spending(s, id)
	u.values[":zero"] = number(0)
	set := []string{
		"SET v = if_not_exists(v, :zero) + :one", "cnt = if_not_exists(cnt, :zero) + :one", "w = :w", "#state = :state",
	}
	kept := []string{u.condition}
	opt := optional(begun)
	for _, name := range slices.Sorted(maps.Keys(opt)) {
		u.names["#"+name] = name
		u.values[":"+name] = opt[name]
		set = append(set, strings.ReplaceAll("#N = if_not_exists(#N, :N)", "N", name))
		kept = append(kept, "attribute_exists(#"+name+")")
	}
	u.set = strings.Join(set, ", ")
	u.condition = isAbsent + " OR (" + strings.Join(kept, " AND ") + ")"
	return u
}
