package etcd3

import (
	"context"
	"errors"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"

	storage "kubepath/chapters/05-storage"
)

func showCreate(ctx context.Context, d *demonstration) error {
	d.Title("Create: put, if nothing is there")
	created, err := d.create(ctx, "a")
	if err != nil {
		return err
	}
	d.Say("etcd's revision is the object's resourceVersion: %s. Once more:", created.ResourceVersion)
	if _, err := d.create(ctx, "a"); !errors.Is(err, storage.ErrExists) {
		return err
	}
	d.Say("A client sees 409 AlreadyExists.")
	return nil
}

func showConflict(ctx context.Context, d *demonstration) error {
	d.Title("Update: put, if nobody was faster")
	var meanwhileErr error
	err := d.GuaranteedUpdate(ctx, "/configmaps/default/a", nil, paint("blue", func() {
		d.Say("(between this read and its write, somebody else paints it green)")
		meanwhileErr = d.GuaranteedUpdate(ctx, "/configmaps/default/a", nil, paint("green", nil))
		d.Say("(now the first one writes, too late, gets what is there, and tries again)")
	}))
	return errors.Join(err, meanwhileErr)
}

func showBytes(ctx context.Context, d *demonstration) error {
	d.Title("What lies in etcd, seen by a client that knows nothing of Kubernetes")
	answer, err := d.bare.Get(ctx, "/registry/configmaps/default/a")
	if err != nil {
		return err
	}
	kv := answer.Kvs[0]
	d.Show("%s  mod revision %d, version %d, %d bytes", kv.Key, kv.ModRevision, kv.Version, len(kv.Value))
	d.Show("%s", hexHead(kv.Value, 4))
	d.Say("k8s\\x00, the kind, the message in protobuf; the version is not in it.")
	return nil
}

func showWatch(ctx context.Context, d *demonstration) error {
	d.Title("Watch: the changes after a revision, as a selector sees them")
	red := storage.SelectionPredicate{Field: fields.OneTermEqualSelector("color", "red"), GetAttrs: colorOf}
	w, err := d.Watch(ctx, "/configmaps", storage.ListOptions{ResourceVersion: "1", Recursive: true, Predicate: red})
	if err != nil {
		return err
	}
	defer w.Stop()
	for range 2 {
		e := <-w.ResultChan()
		m := e.Object.(*corev1.ConfigMap)
		d.Show("%-8s %s, %s, at %s", e.Type, m.Name, m.Data["color"], m.ResourceVersion)
	}
	d.Say("It was painted, but for a watcher of red things that is a deletion.")
	return nil
}

func showPages(ctx context.Context, d *demonstration) error {
	d.Title("List in pages, all of one revision; then etcd forgets it")
	for _, name := range []string{"b", "c"} {
		if _, err := d.create(ctx, name); err != nil {
			return err
		}
	}
	page, err := d.page(ctx, "")
	if err != nil {
		return err
	}
	next, revision, err := storage.DecodeContinue(page.Continue, "/registry/configmaps/")
	if err != nil {
		return err
	}
	d.Say("%d objects, and %d to come. The continue token, base64 of JSON, says:", len(page.Items), *page.RemainingItemCount)
	d.Show("%s", page.Continue)
	d.Show("go on at %q, at revision %d", next, revision)
	return showExpired(ctx, d, page.Continue)
}

func showExpired(ctx context.Context, d *demonstration, token string) error {
	last, err := d.create(ctx, "d")
	if err != nil {
		return err
	}
	now, err := d.Versioner().ObjectResourceVersion(last)
	if err != nil {
		return err
	}
	if _, err := d.bare.Compact(ctx, int64(now)); err != nil {
		return err
	}
	d.Say("(everything before revision %d is compacted away)", now)
	_, err = d.page(ctx, token)
	var expired *storage.Error
	if !errors.As(err, &expired) {
		return err
	}
	d.Say("410 Expired, but with a token that goes on at the newest revision:")
	_, err = d.page(ctx, expired.Continue)
	return err
}

func showEncryption(ctx context.Context, d *demonstration) error {
	d.Title("Encryption at rest: the same object under a transformer")
	key, err := NewGCMTransformer("key1", []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		return err
	}
	d.config.Transformer = PrefixTransformers{key, Identity()}
	d.Interface = Open(d.config)
	if err := d.GuaranteedUpdate(ctx, "/configmaps/default/b", nil, paint("red", nil)); err != nil {
		return err
	}
	answer, err := d.bare.Get(ctx, "/registry/configmaps/default/b")
	if err != nil {
		return err
	}
	d.Show("%s", hexHead(answer.Kvs[0].Value, 3))
	d.Say("Nothing changed but how it is stored: plain text is stale, so it was written.")
	return nil
}
