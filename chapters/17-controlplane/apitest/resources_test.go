package apitest_test

import (
	"net/http"
	"testing"
)

func TestStatusAndSpecAreWrittenOnTheirOwnPaths(t *testing.T) {
	t.Parallel()
	volume := core + "/persistentvolumes"
	made(t, volume, `{"metadata":{"name":"paths"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"hostPath":{"path":"/x"}},
		"status":{"phase":"Bound"}}`)
	_, answer := ask(t, http.MethodPatch, volume+"/paths", `{"status":{"phase":"Bound"},"spec":{"persistentVolumeReclaimPolicy":"Delete"}}`)
	if at(answer, "status", "phase") != "Pending" || at(answer, "spec", "persistentVolumeReclaimPolicy") != "Delete" {
		t.Errorf("a change of the object: %v", answer)
	}
	_, answer = ask(t, http.MethodPatch, volume+"/paths/status", `{"status":{"phase":"Available"},"spec":{"persistentVolumeReclaimPolicy":"Retain"}}`)
	if at(answer, "status", "phase") != "Available" || at(answer, "spec", "persistentVolumeReclaimPolicy") != "Delete" {
		t.Errorf("a change of the status: %v", answer)
	}
}

func TestAPutCreatesWhereUpstreamsDoes(t *testing.T) {
	t.Parallel()
	rbac := group("rbac.authorization.k8s.io")
	for path, body := range map[string]string{
		inDefault + "/events/put":                                       `{"metadata":{"name":"put"},"involvedObject":{"namespace":"default"}}`,
		inDefault + "/limitranges/put":                                  `{"metadata":{"name":"put"}}`,
		rbac + "/clusterroles/put":                                      `{"metadata":{"name":"put"}}`,
		group("coordination.k8s.io") + "/namespaces/default/leases/put": `{"metadata":{"name":"put"}}`,
	} {
		if code, answer := ask(t, http.MethodPut, path, body); code != http.StatusCreated {
			t.Errorf("%s: %d %v", path, code, answer["message"])
		}
		t.Cleanup(func() { remove(path) })
	}
	if code, _ := ask(t, http.MethodPut, inDefault+"/secrets/put", `{"metadata":{"name":"put"}}`); code != http.StatusNotFound {
		t.Errorf("a secret: %d", code)
	}
}

func TestALeaseIsRenewedByWhoKnowsItsVersion(t *testing.T) {
	t.Parallel()
	leases := group("coordination.k8s.io") + "/namespaces/default/leases"
	made(t, leases, `{"metadata":{"name":"renewed"}}`)
	code, answer := ask(t, http.MethodPut, leases+"/renewed", `{"metadata":{"name":"renewed"}}`)
	if code != http.StatusUnprocessableEntity {
		t.Errorf("%d %v", code, answer["message"])
	}
}

func TestEventsAreOneUnderTwoNames(t *testing.T) {
	t.Parallel()
	made(t, inDefault+"/events", `{"metadata":{"name":"both"},"involvedObject":{"kind":"Pod","name":"p","namespace":"default"},"message":"m"}`)
	code, answer := ask(t, http.MethodGet, group("events.k8s.io")+"/namespaces/default/events/both", "")
	if code != http.StatusOK || answer["note"] != "m" || at(answer, "regarding", "name") != "p" {
		t.Errorf("%d %v", code, answer)
	}
	if code, answer = ask(t, http.MethodPost, group("events.k8s.io")+"/namespaces/default/events", `{"metadata":{"name":"new"}}`); code != http.StatusUnprocessableEntity {
		t.Errorf("the new group demands more: %d %v", code, answer)
	}
}

func TestAnEventIsFoundByWhatItIsAbout(t *testing.T) {
	t.Parallel()
	made(t, inDefault+"/events", `{"metadata":{"name":"about"},"involvedObject":{"kind":"Pod","name":"wanted","namespace":"default"}}`)
	_, answer := ask(t, http.MethodGet, inDefault+"/events?fieldSelector=involvedObject.name=wanted,involvedObject.kind=Pod", "")
	if items, _ := answer["items"].([]any); len(items) != 1 {
		t.Errorf("%v", answer)
	}
	if code, _ := ask(t, http.MethodGet, inDefault+"/events?fieldSelector=message=x", ""); code != http.StatusBadRequest {
		t.Errorf("a field that nobody may select: %d", code)
	}
}

func TestASystemPriorityClassStays(t *testing.T) {
	t.Parallel()
	code, answer := ask(t, http.MethodDelete, group("scheduling.k8s.io")+"/priorityclasses/system-node-critical", "")
	want := `priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted`
	if code != http.StatusForbidden || answer["message"] != want {
		t.Errorf("%d %v", code, answer["message"])
	}
}

func TestComponentsAreAskedNotStored(t *testing.T) {
	t.Parallel()
	rows := table(t, core+"/componentstatuses")
	if len(rows) != 2 || rows[0]["Status"] != "Healthy" || rows[1]["Status"] != "Unhealthy" || rows[1]["Error"] != "connection refused" {
		t.Errorf("%v", rows)
	}
	if code, answer := ask(t, http.MethodGet, core+"/componentstatuses/none", ""); code != http.StatusNotFound {
		t.Errorf("%d %v", code, answer)
	}
}

func TestARequestForACertificateIsDecidedInTheRightPlace(t *testing.T) {
	t.Parallel()
	requests := group("certificates.k8s.io") + "/certificatesigningrequests"
	made(t, requests, `{"metadata":{"name":"decided"},"spec":{"username":"me","signerName":"example.com/s","usages":["any"],"request":"`+signingRequest(t)+`"}}`)
	approved := `{"status":{"conditions":[{"type":"Approved","status":"True"}]}}`
	if code, answer := ask(t, http.MethodPatch, requests+"/decided/status", approved); code != http.StatusUnprocessableEntity {
		t.Errorf("through status: %d %v", code, answer)
	}
	code, answer := ask(t, http.MethodPatch, requests+"/decided/approval", approved)
	if code != http.StatusOK || at(answer, "spec", "username") != nil {
		t.Errorf("through approval: %d %v", code, answer)
	}
	if row := table(t, requests+"/decided")[0]; row["Condition"] != "Approved" {
		t.Errorf("%v", row)
	}
	denied := `{"status":{"conditions":[{"type":"Approved","status":"True"},{"type":"Denied","status":"True"}]}}`
	if code, answer := ask(t, http.MethodPatch, requests+"/decided/approval", denied); code != http.StatusUnprocessableEntity {
		t.Errorf("both: %d %v", code, answer)
	}
}
