/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kern_sysctl_tree.c - making and removing nodes, sysctl_createv(9).
 *
 * Locking	s: sysctl_treelock, taken as writer (sysctl_lock()).
 * Sleeps	for memory.
 * Errors	ENOENT no parent, EEXIST, ENOTDIR, ENOTEMPTY.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/sysctl.h>

#define	NODE_FIRST	16	/* children a node begins with */

struct sysctllog {
	int			log_mib[CTL_MAXNAME];
	u_int			log_len;
	struct sysctllog	*log_next;
};

static u_int sysctl_ver = 1;

/*
 * The tree.
 */
static void
node_grow(struct sysctlnode *parent)
{
	u_int n = parent->sysctl_csize == 0 ? NODE_FIRST :
	    parent->sysctl_csize * 2;
	struct sysctlnode *new = kmem_zalloc(n * sizeof(*new), KM_SLEEP);

	if (parent->sysctl_csize != 0) {
		memcpy(new, parent->sysctl_child,
		    parent->sysctl_clen * sizeof(*new));
		kmem_free(parent->sysctl_child,
		    parent->sysctl_csize * sizeof(*new));
	}
	for (u_int i = 0; i < parent->sysctl_clen; i++) {
		new[i].sysctl_parent = parent;
		if (SYSCTL_TYPE(new[i].sysctl_flags) != CTLTYPE_NODE)
			continue;
		for (u_int j = 0; j < new[i].sysctl_clen; j++)
			new[i].sysctl_child[j].sysctl_parent = &new[i];
	}
	parent->sysctl_child = new;
	parent->sysctl_csize = n;
}

static int
node_newnum(const struct sysctlnode *parent)
{
	int num = 1024;		/* above all well-known numbers */

	while (sysctl_node_child(parent, num) != NULL)
		num++;
	return num;
}

static void
node_touch(struct sysctlnode *n)
{

	for (sysctl_ver++; n != NULL; n = n->sysctl_parent)
		n->sysctl_ver = sysctl_ver;
}

static void
node_fill(struct sysctlnode *n, int flags, int type, const char *name,
    const char *desc, sysctlfn func, uint64_t qv, void *newp, size_t newlen)
{

	n->sysctl_flags = SYSCTL_VERSION | (uint32_t)type |
	    ((uint32_t)flags & SYSCTL_FLAGMASK);
	strlcpy(n->sysctl_name, name, sizeof(n->sysctl_name));
	n->sysctl_desc = desc;
	n->sysctl_func = func;
	n->sysctl_size = newlen;
	switch (type) {
	case CTLTYPE_NODE:
		n->sysctl_size = sizeof(struct sysctlnode);
		return;
	case CTLTYPE_INT:
		n->sysctl_size = sizeof(int);
		break;
	case CTLTYPE_QUAD:
		n->sysctl_size = sizeof(uint64_t);
		break;
	case CTLTYPE_BOOL:
		n->sysctl_size = sizeof(bool);
		break;
	case CTLTYPE_STRING:
		if (newlen == 0 && newp != NULL)
			n->sysctl_size = strlen(newp) + 1;
		break;
	default:
		break;
	}
	if ((flags & CTLFLAG_IMMEDIATE) != 0) {
		if (type == CTLTYPE_INT)
			n->sysctl_idata = (int)qv;
		else
			n->sysctl_qdata = qv;
	} else if ((flags & CTLFLAG_OWNDATA) != 0 && newp != NULL) {
		void *copy = kmem_zalloc(MAX(n->sysctl_size, 1), KM_SLEEP);

		memcpy(copy, newp, n->sysctl_size);
		n->sysctl_data = copy;
	} else
		n->sysctl_data = newp;
}

static void
log_add(struct sysctllog **logp, const int *mib, u_int len)
{
	struct sysctllog *log;

	if (logp == NULL)
		return;
	log = kmem_zalloc(sizeof(*log), KM_SLEEP);
	memcpy(log->log_mib, mib, len * sizeof(*mib));
	log->log_len = len;
	log->log_next = *logp;
	*logp = log;
}

/* The full name of a node; returns its length. */
static u_int
node_mib(const struct sysctlnode *n, int *mib)
{
	int rev[CTL_MAXNAME];
	u_int len = 0;

	for (; n != NULL && n != &sysctl_root && len < CTL_MAXNAME;
	    n = n->sysctl_parent)
		rev[len++] = n->sysctl_num;
	for (u_int i = 0; i < len; i++)
		mib[i] = rev[len - 1 - i];
	return len;
}

/* Make a node below parent (sysctl_treelock held by the writer). */
static int
node_create(struct sysctlnode *parent, int num, int flags, int type,
    const char *name, const char *desc, sysctlfn func, uint64_t qv, void *newp,
    size_t newlen, struct sysctlnode **np)
{
	struct sysctlnode *n;

	if (SYSCTL_TYPE(parent->sysctl_flags) != CTLTYPE_NODE)
		return ENOTDIR;
	if ((n = sysctl_node_byname(parent, name, strlen(name))) != NULL ||
	    (num >= 0 && (n = sysctl_node_child(parent, num)) != NULL)) {
		*np = n;
		/* The same node twice is no fault. */
		return type == CTLTYPE_NODE &&
		    SYSCTL_TYPE(n->sysctl_flags) == CTLTYPE_NODE &&
		    strcmp(n->sysctl_name, name) == 0 ? 0 : EEXIST;
	}
	if (num < 0)
		num = node_newnum(parent);
	if (parent->sysctl_clen == parent->sysctl_csize)
		node_grow(parent);
	n = &parent->sysctl_child[parent->sysctl_clen++];
	memset(n, 0, sizeof(*n));
	node_fill(n, flags, type, name, desc, func, qv, newp, newlen);
	n->sysctl_num = num;
	n->sysctl_parent = parent;
	node_touch(n);
	*np = n;
	return 0;
}

int
sysctl_createv(struct sysctllog **logp, int cflags,
    const struct sysctlnode **rnodep, const struct sysctlnode **cnodep,
    int flags, int type, const char *namep, const char *desc, sysctlfn func,
    uint64_t qv, void *newp, size_t newlen, ...)
{
	struct sysctlnode *parent, *n = NULL;
	int error, mib[CTL_MAXNAME], num = CTL_EOL, nmib = 0;
	va_list ap;

	va_start(ap, newlen);
	while ((num = va_arg(ap, int)) != CTL_EOL && nmib < CTL_MAXNAME)
		mib[nmib++] = num;
	va_end(ap);
	if (nmib == 0)
		return EINVAL;
	sysctl_lock(true);
	parent = rnodep != NULL && *rnodep != NULL ?
	    __UNCONST(*rnodep) : &sysctl_root;
	for (int i = 0; i < nmib - 1 && parent != NULL; i++)
		parent = sysctl_node_child(parent, mib[i]);
	if (parent == NULL)
		error = ENOENT;
	else
		error = node_create(parent,
		    mib[nmib - 1] == CTL_CREATE ? -1 : mib[nmib - 1], flags,
		    type, namep, desc, func, qv, newp, newlen, &n);
	if (error == 0 && logp != NULL) {
		int full[CTL_MAXNAME];
		u_int len = node_mib(n, full);

		log_add(logp, full, len);
	}
	if ((error == 0 || error == EEXIST) && cnodep != NULL)
		*cnodep = n;
	sysctl_unlock();
	return error;
}

static int
node_destroy(struct sysctlnode *n)
{
	struct sysctlnode *parent = n->sysctl_parent;
	u_int i;

	if (SYSCTL_TYPE(n->sysctl_flags) == CTLTYPE_NODE) {
		if (n->sysctl_clen != 0)
			return ENOTEMPTY;
		if (n->sysctl_csize != 0)
			kmem_free(n->sysctl_child,
			    n->sysctl_csize * sizeof(*n));
	} else if ((n->sysctl_flags & CTLFLAG_OWNDATA) != 0 &&
	    (n->sysctl_flags & CTLFLAG_IMMEDIATE) == 0 &&
	    n->sysctl_data != NULL)
		kmem_free(n->sysctl_data, MAX(n->sysctl_size, 1));
	i = (u_int)(n - parent->sysctl_child);
	memmove(n, n + 1, (parent->sysctl_clen - i - 1) * sizeof(*n));
	parent->sysctl_clen--;
	for (; i < parent->sysctl_clen; i++) {
		n = &parent->sysctl_child[i];
		if (SYSCTL_TYPE(n->sysctl_flags) != CTLTYPE_NODE)
			continue;
		for (u_int j = 0; j < n->sysctl_clen; j++)
			n->sysctl_child[j].sysctl_parent = n;
	}
	node_touch(parent);
	return 0;
}

int
sysctl_destroyv(struct sysctlnode *rnode, ...)
{
	struct sysctlnode *n;
	int error, num;
	va_list ap;

	sysctl_lock(true);
	n = rnode != NULL ? rnode : &sysctl_root;
	va_start(ap, rnode);
	while (n != NULL && (num = va_arg(ap, int)) != CTL_EOL)
		n = sysctl_node_child(n, num);
	va_end(ap);
	error = n == NULL || n == &sysctl_root ? ENOENT : node_destroy(n);
	sysctl_unlock();
	return error;
}

/* Take away what a module made, last first. */
void
sysctl_teardown(struct sysctllog **logp)
{
	struct sysctllog *log;
	struct sysctlnode *n;

	while ((log = *logp) != NULL) {
		sysctl_lock(true);
		n = &sysctl_root;
		for (u_int i = 0; i < log->log_len && n != NULL; i++)
			n = sysctl_node_child(n, log->log_mib[i]);
		if (n != NULL)
			(void)node_destroy(n);
		sysctl_unlock();
		*logp = log->log_next;
		kmem_free(log, sizeof(*log));
	}
}

void
sysctl_finalize(void)
{
}
