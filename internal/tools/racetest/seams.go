package racetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

// KV stands between the storage and etcd: the layer etcd, and the points get and txn.
func KV(kv clientv3.KV) clientv3.KV { return seamKV{kv} }

type seamKV struct{ clientv3.KV }

func (k seamKV) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	a := ActorFrom(ctx)
	a.Reach(ctx, "get")
	return etcd3.WrapKV(k.KV, a.sawRequest).Get(ctx, key, opts...)
}

func (k seamKV) Txn(ctx context.Context) clientv3.Txn {
	a := ActorFrom(ctx)
	a.Reach(ctx, "txn") // the transaction is put together and sent at once
	return etcd3.WrapKV(k.KV, a.sawRequest).Txn(ctx)
}

func (a *Actor) sawRequest(r etcd3.Request) {
	if r.Err != nil {
		a.Row("etcd", "%s: %v", opText(r.Op), r.Err)
		return
	}
	a.Row("etcd", "%s: %s", opText(r.Op), answerText(r.Op, r.Response))
}

// opText is an operation: get pods/a, or if mod(pods/a)=2 then put else get.
func opText(op clientv3.Op) string {
	cmps, then, els := op.Txn()
	switch {
	case op.IsTxn():
		text := "then " + verb(then[0])
		for i := range cmps {
			compared := cmps[i].GetCompare()
			text = fmt.Sprintf("if mod(%s)=%d %s", shortKey(string(compared.Key)), compared.GetModRevision(), text)
		}
		if len(els) > 0 {
			text += " else " + verb(els[0])
		}
		return text
	case op.RangeBytes() == nil:
		return "get " + shortKey(string(op.KeyBytes()))
	}
	text := "range from " + shortKey(string(op.KeyBytes()))
	if op.Limit() > 0 && op.Limit() < 1000 {
		text += fmt.Sprintf(" limit %d", op.Limit())
	}
	if op.Rev() > 0 {
		text += fmt.Sprintf(" at revision %d", op.Rev())
	}
	return text
}

func verb(op clientv3.Op) string {
	switch {
	case op.IsPut():
		return "put"
	case op.IsDelete():
		return "delete"
	}
	return "get"
}

// answerText is what etcd says: yes, revision 3; or no, mod=3.
func answerText(op clientv3.Op, r clientv3.OpResponse) string {
	if !op.IsTxn() {
		got := r.Get()
		if op.RangeBytes() == nil {
			return modText((*etcdserverpb.RangeResponse)(got))
		}
		return fmt.Sprintf("%d of %d keys, revision %d", len(got.Kvs), got.Count, got.Header.Revision)
	}
	txn := r.Txn()
	switch {
	case txn.Succeeded:
		return fmt.Sprintf("yes, revision %d", txn.Header.Revision)
	case len(txn.Responses) == 0:
		return "no"
	}
	return "no, " + modText(txn.Responses[0].GetResponseRange())
}

func modText(got *etcdserverpb.RangeResponse) string {
	if len(got.Kvs) == 0 {
		return "no such key"
	}
	return fmt.Sprintf("mod=%d", got.Kvs[0].ModRevision)
}

// shortKey is a key without what all keys have: pods/a for /registry/pods/default/a.
func shortKey(key string) string {
	key = strings.TrimPrefix(strings.TrimRight(key, "\x00"), etcd3.DefaultPrefix)
	return strings.Trim(strings.Replace(key, "/default/", "/", 1), "/")
}

// Storage stands in front of a storage: the layers store and caller, and the points mutate and validate.
func Storage(s storage.Interface) storage.Interface { return seamStorage{s} }

type seamStorage struct{ storage.Interface }

func (s seamStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	a := ActorFrom(ctx)
	a.call("create", key, a.wanted(obj))
	err := s.Interface.Create(ctx, key, obj, out, ttl)
	a.result(out, err)
	return err
}

func (s seamStorage) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	a := ActorFrom(ctx)
	a.call("get", key, option("rv", opts.ResourceVersion))
	err := s.Interface.Get(ctx, key, opts, out)
	a.result(out, err)
	return err
}

func (s seamStorage) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	a := ActorFrom(ctx)
	limit, token := "", ""
	if opts.Predicate.Limit > 0 {
		limit = fmt.Sprint(opts.Predicate.Limit)
	}
	if opts.Predicate.Continue != "" {
		token = showToken(opts.Predicate.Continue)
	}
	a.call("list", key, option("rv", opts.ResourceVersion), option("match", string(opts.ResourceVersionMatch)), option("limit", limit), token)
	err := s.Interface.GetList(ctx, key, opts, out)
	a.result(out, err)
	return err
}

// Watch has no row for the result: that a version has expired may be an error here or the watch's first event.
func (s seamStorage) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	a := ActorFrom(ctx)
	a.call("watch", key, option("rv", opts.ResourceVersion))
	return s.Interface.Watch(ctx, key, opts)
}

func (s seamStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	a := ActorFrom(ctx)
	a.call("update", key, conditions(u.Preconditions), hint(u.CachedExistingObject))
	if mutate := u.Mutate; a != nil {
		u.Mutate = func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			a.found(old, meta.ResourceVersion)
			a.Reach(ctx, "mutate")
			result, err := mutate(old, meta)
			if err != nil {
				a.refuse(err)
			} else {
				a.Row("caller", "%s", strings.TrimSpace("writes "+a.wanted(result.Object)))
			}
			return result, err
		}
	}
	err := s.Interface.GuaranteedUpdate(ctx, key, out, u)
	a.result(out, err)
	return err
}

func (s seamStorage) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	a := ActorFrom(ctx)
	a.call("delete", key, conditions(opts.Preconditions), hint(opts.CachedExistingObject))
	if validate := opts.Validate; a != nil {
		opts.Validate = func(ctx context.Context, obj runtime.Object) error {
			a.found(obj, 1)
			a.Reach(ctx, "validate")
			if validate == nil {
				return nil
			}
			err := validate(ctx, obj)
			if err != nil {
				a.refuse(err)
			}
			return err
		}
	}
	err := s.Interface.Delete(ctx, key, out, opts)
	a.result(out, err)
	return err
}

// refuse is a row for an error of the caller's function.
func (a *Actor) refuse(err error) {
	a.refusal = err
	a.Row("caller", "refuses: %s", errorText(err))
}

// found is what the caller's function is shown.
func (a *Actor) found(obj runtime.Object, version uint64) {
	if version == 0 {
		a.Row("caller", "sees nothing")
		return
	}
	a.Row("caller", "sees %s", a.Show(obj))
}

// wanted are the fields of an object that is to be written.
func (a *Actor) wanted(obj runtime.Object) string {
	if a == nil {
		return ""
	}
	return strings.Join(a.fields(content(obj)), " ")
}

// call is a row for the call of a storage.
func (a *Actor) call(verb, key string, details ...string) {
	words := []string{verb, shortKey(key)}
	for _, detail := range details {
		if detail != "" {
			words = append(words, detail)
		}
	}
	a.Row("store", "%s", strings.Join(words, " "))
}

// result is a row for the answer of a storage.
func (a *Actor) result(out runtime.Object, err error) {
	if ref, ok := out.(*kinds.ResultPointer); ok {
		out = ref.Object
	}
	switch list, isList := out.(*kinds.List); {
	case a == nil:
	case err != nil && err == a.refusal: // as it is
		a.Row("store", "-> the caller's error")
	case err != nil:
		a.Row("store", "-> error: %s", errorText(err))
	case isList:
		a.Row("store", "-> %s", a.showList(list, list))
	case out == nil:
		a.Row("store", "-> ok")
	default:
		a.Row("store", "-> %s", a.Show(out))
	}
}

// errorText is an error without the key, which depends on the storage.
func errorText(err error) string {
	var ours *storage.Error
	if !errors.As(err, &ours) {
		return Steady(err.Error())
	}
	inner := *ours
	inner.Op = ""
	text := inner.Error()
	if ours.Continue != "" {
		text += " (" + showToken(ours.Continue) + ")"
	}
	return Steady(text)
}

func option(name, value string) string {
	if value == "" {
		return ""
	}
	return name + "=" + value
}

func conditions(p *metav1.Preconditions) string {
	var words []string
	if p != nil && p.UID != nil {
		words = append(words, "if uid="+Steady(string(*p.UID)))
	}
	if p != nil && p.ResourceVersion != nil {
		words = append(words, "if rv="+*p.ResourceVersion)
	}
	return strings.Join(words, " ")
}

func hint(obj runtime.Object) string {
	if obj == nil {
		return ""
	}
	return "hint rv=" + content(obj).GetResourceVersion()
}
