package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

const table = "table/{TableName}"

var tables = service{
	prefix: "dynamodb", protocol: byItems, target: "DynamoDB_20120810", form: "arn:aws:dynamodb:REGION:ACCOUNT:",
	keys: []string{"dynamodb:LeadingKeys", "dynamodb:EnclosingOperation"},
	rules: map[string]rule{
		"CreateTable":               on(table).tagged("Tags"),
		"UpdateTable":               on(table),
		"DeleteTable":               on(table),
		"DescribeTable":             on(table),
		"DescribeTimeToLive":        on(table),
		"UpdateTimeToLive":          on(table),
		"DescribeContinuousBackups": on(table),
		"UpdateContinuousBackups":   on(table),
		"ListTagsOfResource":        on("{ResourceArn}"),
		"TagResource":               on("{ResourceArn}").tagged("Tags").itself(),
		"UntagResource":             on("{ResourceArn}"),
		"Scan":                      on(table), // its keys are not told, as AWS has none to tell
	},
}

// item is a request for one item, or for the items of one partition.
type item struct {
	TableName, IndexName      string
	Key, Item                 map[string]json.RawMessage
	KeyConditionExpression    string
	ExpressionAttributeNames  map[string]string
	ExpressionAttributeValues map[string]json.RawMessage
	KeyConditions             map[string]json.RawMessage
}

// byItems reads what is asked of items; the rest is as everywhere. A transaction
// needs what each of its parts needs.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
func byItems(r *reading, s service) error {
	if err := r.readTarget(s); err != nil {
		return err
	}
	switch operation := r.call.Operation; operation {
	case "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query":
		var one item
		if err := json.Unmarshal(r.body, &one); err != nil {
			return err
		}
		return r.item(s, operation, "", one)
	case "BatchGetItem", "BatchWriteItem":
		return r.batch(s)
	case "TransactGetItems", "TransactWriteItems":
		var all struct{ TransactItems []map[string]item }
		if err := json.Unmarshal(r.body, &all); err != nil {
			return err
		}
		actions := map[string]string{
			"Get": "GetItem", "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
			"ConditionCheck": "ConditionCheckItem",
		}
		for _, parts := range all.TransactItems {
			for kind, one := range parts {
				if actions[kind] == "" {
					return fmt.Errorf("a part of it is a %s", kind)
				}
				if err := r.item(s, actions[kind], operation, one); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return r.apply(s)
}

// item notes what one request for items needs.
func (r *reading) item(s service, action, enclosing string, one item) error {
	r.params["TableName"] = one.TableName
	resources, err := r.fill(s, table)
	if err != nil {
		return err
	}
	resource := resources[0]
	if one.IndexName != "" {
		resource += "/index/" + one.IndexName
	}
	hash, err := r.account.HashKey(r.call.Region, one.TableName, one.IndexName)
	if err != nil {
		return err
	}
	var value json.RawMessage
	switch action {
	case "Query":
		value, err = one.partition(hash)
	case "PutItem":
		value = one.Item[hash]
	default:
		value = one.Key[hash]
	}
	if err != nil {
		return err
	}
	key, err := keyText(value)
	if err != nil {
		return err
	}
	need := r.also(s.prefix+":"+action, resource)
	need.Keys["dynamodb:LeadingKeys"] = []string{key}
	need.Keys["dynamodb:EnclosingOperation"] = nil
	if enclosing != "" {
		need.Keys["dynamodb:EnclosingOperation"] = []string{enclosing}
	}
	return nil
}

var equals = regexp.MustCompile(`(#?\w+)\s*=\s*(:\w+)`)

// partition returns the value of the partition key that a query asks for.
func (i item) partition(hash string) (json.RawMessage, error) {
	if len(i.KeyConditions) > 0 {
		return nil, errors.New("its conditions are written in the old way")
	}
	for _, part := range equals.FindAllStringSubmatch(i.KeyConditionExpression, -1) {
		name := part[1]
		if of, found := i.ExpressionAttributeNames[name]; found {
			name = of
		}
		if name == hash {
			return i.ExpressionAttributeValues[part[2]], nil
		}
	}
	return nil, fmt.Errorf("it does not say of which %s", hash)
}

// keyText returns the text of a key.
func keyText(value json.RawMessage) (string, error) {
	var v struct{ S, N, B *string }
	if err := json.Unmarshal(value, &v); err != nil {
		return "", fmt.Errorf("its partition key: %w", err)
	}
	for _, text := range []*string{v.S, v.N, v.B} {
		if text != nil {
			return *text, nil
		}
	}
	return "", errors.New("its partition key has no value")
}

// batch notes what requests for several items need: one permission on each table, for
// all the keys together.
func (r *reading) batch(s service) error {
	var all struct {
		RequestItems map[string]json.RawMessage
	}
	if err := json.Unmarshal(r.body, &all); err != nil {
		return err
	}
	for name, asked := range all.RequestItems {
		hash, err := r.account.HashKey(r.call.Region, name, "")
		if err != nil {
			return err
		}
		var items []map[string]json.RawMessage
		if r.call.Operation == "BatchGetItem" {
			var get struct{ Keys []map[string]json.RawMessage }
			err = json.Unmarshal(asked, &get)
			items = get.Keys
		} else {
			var write []struct{ PutRequest, DeleteRequest *item }
			err = json.Unmarshal(asked, &write)
			for _, w := range write {
				if w.PutRequest != nil {
					items = append(items, w.PutRequest.Item)
				} else if w.DeleteRequest != nil {
					items = append(items, w.DeleteRequest.Key)
				}
			}
		}
		if err != nil {
			return err
		}
		r.params["TableName"] = name
		resources, err := r.fill(s, table)
		if err != nil {
			return err
		}
		need := r.also(s.prefix+":"+r.call.Operation, resources[0])
		need.Keys["dynamodb:EnclosingOperation"] = nil
		for _, i := range items {
			key, err := keyText(i[hash])
			if err != nil {
				return err
			}
			need.Keys["dynamodb:LeadingKeys"] = append(need.Keys["dynamodb:LeadingKeys"], key)
		}
	}
	return nil
}
