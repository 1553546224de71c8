// Registers the test gateways with the Checkout block.
(() => {
  const { createElement } = window.wp.element;
  for (const name of ['pinrelay_card', 'pinrelay_offsite']) {
    const { title } = window.wc.wcSettings.getSetting(`${name}_data`, { title: name });
    const text = createElement('span', null, title);
    window.wc.wcBlocksRegistry.registerPaymentMethod({
      name,
      label: text,
      ariaLabel: title,
      content: text,
      edit: text,
      canMakePayment: () => true,
      supports: { features: ['products'] },
    });
  }
})();
