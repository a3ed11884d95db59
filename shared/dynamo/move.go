package dynamo

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"sgraph.ai/send/shared/send"
)

var _ send.Movable = (*Ledger)(nil)

// All implements [send.Movable]. It reads the whole table.
func (l *Ledger) All(ctx context.Context) iter.Seq2[send.Record, error] {
	return func(yield func(send.Record, error) bool) {
		c, err := l.client.Get(ctx)
		if err != nil {
			yield(send.Record{}, failed(err))
			return
		}
		pages := dynamodb.NewScanPaginator(c, &dynamodb.ScanInput{
			TableName: &l.name, ConsistentRead: aws.Bool(true),
			FilterExpression:          aws.String(isLive),
			ExpressionAttributeNames:  ttlName,
			ExpressionAttributeValues: values{":sec": seconds(l.Now())},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(send.Record{}, failed(err))
				return
			}
			for _, it := range page.Items {
				r, err := record(it)
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// Import implements [send.Movable].
func (l *Ledger) Import(ctx context.Context, r send.Record, over int64) error {
	now := seconds(l.Now())
	if over == 0 {
		return l.put(ctx, r, isFree, values{":sec": now}, "the record is there already")
	}
	return l.put(ctx, r, isVersion, values{":v": number(over), ":sec": now}, "the record was changed meanwhile")
}
