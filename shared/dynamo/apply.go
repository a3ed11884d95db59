package dynamo

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"sgraph.ai/send/shared/dynamo/table"
	"sgraph.ai/send/shared/send"
)

// Apply implements [send.Ledger]: one change by a request of its own kind, several by a
// transaction.
func (l *Ledger) Apply(ctx context.Context, changes ...send.Change) error {
	if err := send.CheckChanges(changes); err != nil {
		return err
	}
	c, err := l.client.Get(ctx)
	if err != nil {
		return failed(err)
	}
	if len(changes) == 1 {
		err := l.applyOne(ctx, c, changes[0])
		if send.CodeOf(err) == send.Conflict {
			return &send.Refused{Err: err}
		}
		return err
	}
	return l.applyAll(ctx, c, changes)
}

func (l *Ledger) applyOne(ctx context.Context, c *dynamodb.Client, change send.Change) error {
	switch {
	case change.Create != nil:
		return l.Create(ctx, *change.Create)
	case change.Replace != nil:
		return l.Replace(ctx, *change.Replace)
	case change.Delete != nil:
		return l.Delete(ctx, change.Delete.Key, change.Delete.Version)
	}
	return l.add(ctx, c, *change.Add)
}

// add counts by one request, or by two where the record is in one of the rare states that
// one expression cannot deal with.
func (l *Ledger) add(ctx context.Context, c *dynamodb.Client, a send.Add) error {
	s := ordinary
	for try := 0; ; try++ {
		if s == nothing {
			return nil
		}
		id := newWriteID()
		u := adding(a, s, l.Now(), id)
		_, err := c.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &l.name, Key: itemKey(a.Key),
			UpdateExpression: &u.set, ConditionExpression: &u.condition,
			ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		refusal, refused := errors.AsType[*types.ConditionalCheckFailedException](err)
		if !refused {
			return failed(err)
		}
		if id.wrote(refusal.Item) {
			return nil
		}
		if s, err = nextSum(a, refusal.Item, l.Now()); err != nil {
			return err
		}
		if try == maxTries {
			return send.Because(send.Unavailable, refusal, "too many changes at once; try again")
		}
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
	}
}

// applyAll makes the changes in one transaction.
func (l *Ledger) applyAll(ctx context.Context, c *dynamodb.Client, changes []send.Change) error {
	sums := make([]sum, len(changes))
	for try := 0; ; try++ {
		var in dynamodb.TransactWriteItemsInput // with a token of its own, which the SDK makes
		var of []int                            // the index of the change that an item is of
		id := newWriteID()
		for i, change := range changes {
			if sums[i] != nothing {
				in.TransactItems = append(in.TransactItems, l.writing(change, sums[i], id))
				of = append(of, i)
			}
		}
		if len(of) == 0 {
			return nil
		}
		_, err := c.TransactWriteItems(ctx, &in)
		if err == nil {
			return nil
		}
		refusal, refused := errors.AsType[*types.TransactionCanceledException](err)
		if !refused || len(refusal.CancellationReasons) != len(of) {
			return failed(err)
		}
		again := false
		for n, reason := range refusal.CancellationReasons {
			switch {
			case passing(reason):
				again = true
			case !conditionFailed(reason):
			case changes[of[n]].Add == nil:
				return &send.Refused{Index: of[n], Err: send.Because(send.Conflict, refusal, "the record was changed meanwhile")}
			default:
				s, err := nextSum(*changes[of[n]].Add, reason.Item, l.Now())
				if send.CodeOf(err) == send.Conflict {
					return &send.Refused{Index: of[n], Err: err}
				}
				if err != nil {
					return err
				}
				sums[of[n]] = s
				again = true
			}
		}
		if !again || try == maxTries {
			return failed(err)
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
	}
}

// writing is a change as an item of a transaction.
func (l *Ledger) writing(change send.Change, s sum, id writeID) types.TransactWriteItem {
	now := seconds(l.Now())
	switch {
	case change.Create != nil:
		r := *change.Create
		r.Version = 1
		return types.TransactWriteItem{Put: &types.Put{
			TableName: &l.name, Item: item(r, id), ConditionExpression: aws.String(isFree),
			ExpressionAttributeNames: ttlName, ExpressionAttributeValues: values{":sec": now},
		}}
	case change.Replace != nil:
		r := *change.Replace
		r.Version++
		return types.TransactWriteItem{Put: &types.Put{
			TableName: &l.name, Item: item(r, id), ConditionExpression: aws.String(isVersion),
			ExpressionAttributeNames:  ttlName,
			ExpressionAttributeValues: values{":v": number(change.Replace.Version), ":sec": now},
		}}
	case change.Delete != nil:
		return types.TransactWriteItem{Delete: &types.Delete{
			TableName: &l.name, Key: itemKey(change.Delete.Key), ConditionExpression: aws.String(isDeletable),
			ExpressionAttributeNames:  ttlName,
			ExpressionAttributeValues: values{":v": number(change.Delete.Version), ":sec": now},
		}}
	}
	u := adding(*change.Add, s, l.Now(), id)
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &l.name, Key: itemKey(change.Add.Key),
		UpdateExpression: &u.set, ConditionExpression: &u.condition,
		ExpressionAttributeNames: u.names, ExpressionAttributeValues: u.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

// sum is how an Add comes to the count that is kept afterwards. No expression knows of
// a smaller of two numbers, nor of a record that is there and does not count.
type sum int

const (
	ordinary sum = iota // the count that is kept, or 0, and the units
	emptied             // 0: more is given back than is counted
	anew                // the units alone: what is there is purged
	nothing             // no write: something is given back and nothing is kept
)

// nextSum returns how to add to the item for which another way was refused. Conflict where
// the units do not fit.
func nextSum(a send.Add, it attributes, now time.Time) (sum, error) {
	r, err := kept(it, now)
	switch {
	case send.CodeOf(err) == send.NotFound && a.Units < 0:
		return nothing, nil
	case send.CodeOf(err) == send.NotFound && len(it) > 0 && a.Fits(0):
		return anew, nil
	case err != nil && send.CodeOf(err) != send.NotFound:
		return ordinary, err
	case !a.Fits(r.Count):
		return ordinary, send.Fail(send.Conflict, "as much is counted already")
	case r.Count < -a.Units:
		return emptied, nil
	}
	return ordinary, nil // somebody was faster
}

// adding counts as [send.Add] says, where the item is such as the sum is for.
func adding(a send.Add, s sum, now time.Time, id writeID) update {
	u := update{
		condition: isLive + " AND (attribute_not_exists(w) OR w <> :w)",
		names:     map[string]string{"#state": "state", "#ttl": table.TimeToLive},
		values: values{
			":w": id.value(), ":zero": number(0), ":one": number(1), ":none": text(""), ":units": number(a.Units),
			":sec": seconds(now),
		},
		id: id,
	}
	u.set = "SET w = :w, v = if_not_exists(v, :zero) + :one, #state = if_not_exists(#state, :none), " +
		"cnt = if_not_exists(cnt, :zero) + :units"
	switch {
	case s == anew:
		u.condition = isPurged
		u.set = "SET w = :w, v = :one, #state = :none, cnt = :units"
		delete(u.values, ":zero")
	case s == emptied:
		u.condition += " AND cnt < :back"
		u.set = "SET w = :w, v = v + :one, cnt = :zero"
		u.values[":back"] = number(-a.Units)
		delete(u.values, ":units")
		delete(u.values, ":none")
		delete(u.names, "#state")
	case a.Units < 0:
		u.condition += " AND cnt >= :back"
		u.values[":back"] = number(-a.Units)
	case a.Units > 0 && a.Within > 0:
		u.condition += " AND (attribute_not_exists(cnt) OR cnt <= :room)"
		if !a.Fits(0) {
			u.condition += " AND attribute_exists(w)"
		}
		u.values[":room"] = number(a.Within - a.Units)
	}
	if !a.Purge.IsZero() {
		u.set += ", #ttl = :ttl"
		u.values[":ttl"] = number(ceilSecond(a.Purge))
	}
	if s == anew {
		u.set += " REMOVE lim, exp, #data"
		u.names["#data"] = "data"
		if a.Purge.IsZero() {
			u.set += ", #ttl"
		}
	}
	return u
}
